import { TaskVitalsError } from "taskvitals";
import { banner, sourcesOn } from "./banner.ts";
import { runCheck } from "./check/run-check.ts";
import { compareOptions } from "./compare/compare-options.ts";
import { runCompare } from "./compare/run-compare.ts";
import { type CommandLine, namesServers, readCommandLine, USAGE } from "./configuration/command-line.ts";
import type { Environment } from "./configuration/environment-layer.ts";
import { type ExporterConfiguration, resolveConfiguration } from "./configuration/exporter-configuration.ts";
import { doctorOptions } from "./doctor/doctor-options.ts";
import { runDoctor } from "./doctor/run-doctor.ts";
import { startExporter } from "./exporter.ts";
import { createLog, type Log } from "./log/log.ts";
import { redact } from "./log/redact.ts";
import { writeRules } from "./rules/write-rules.ts";

/** A stream that text is written to. */
export interface TextOutput {
  /** Whether a person sees it. */
  readonly isTTY?: boolean | undefined;
  /** Takes text. */
  write(text: string): unknown;
}

/** What the command line runs in. */
export interface CommandLineSurroundings {
  /** The environment variables. */
  readonly environment: Environment;
  /** Where help, the banner and what `check` found go. */
  readonly stdout: TextOutput;
  /** Where the log and mistakes go. */
  readonly stderr: TextOutput;
  /** Version of the exporter. */
  readonly version: string;
  /** Settles when the process is asked to end. */
  untilAsked(): Promise<unknown>;
}

/** Longest wait for everything to end, in milliseconds: whoever asks a process to end wants it gone within two seconds. */
const SHUTDOWN_MS = 1700;

/** The exit codes; {@link USAGE} is 2. */
const FAILED = 1;

/**
 * Runs `taskvitals-exporter` with arguments, until it is asked to end.
 *
 * @returns the exit code: 0 for an end that was asked for, rules that were written, or a check or a doctor without problems; 1 where it cannot start or fails; 2 for a mistake in flags,
 * variables or files; 3 where a check found problems on the servers, a doctor anything that is not healthy, or a comparison a difference
 */
export async function runCommandLine(args: readonly string[], surroundings: CommandLineSurroundings): Promise<number> {
  const { stderr, stdout, version } = surroundings;
  const out = (text: string): void => void stdout.write(redact(text));
  const err = (text: string): void => void stderr.write(redact(text));
  try {
    const commandLine = readCommandLine(args, version, { out, err });
    if (typeof commandLine === "number") return commandLine;
    if (commandLine.command === "rules") {
      // Rules are to be what they are, to the letter.
      writeRules(commandLine.rules ?? {}, { version, args }, { out: (text) => void stdout.write(text), err });
      return 0;
    }
    if (commandLine.command === "doctor") return await examine(commandLine, surroundings);
    if (commandLine.command === "compare") return await compare(commandLine, surroundings);
    const configuration = resolveConfiguration(commandLine, surroundings.environment);
    const log = createLog({ format: configuration.logFormat, write: err, now: Date.now });
    for (const warning of configuration.warnings) log.warn(warning);
    if (commandLine.command === "serve") return await serve(configuration, log, surroundings);
    return await runCheck(configuration, { log, write: out, asText: asText(commandLine, stdout) });
  } catch (error) {
    if (!(error instanceof TaskVitalsError)) throw error;
    err(`taskvitals-exporter: ${error.message}\n`);
    return error.code === "PORT_IN_USE" || error.code === "LISTEN_FAILED" ? FAILED : USAGE;
  }
}

function asText({ format }: Pick<CommandLine, "format">, { isTTY }: TextOutput): boolean {
  return format === undefined ? isTTY === true : format === "text";
}

async function compare(
  commandLine: CommandLine,
  { environment, stderr, stdout, untilAsked }: CommandLineSurroundings,
): Promise<number> {
  const options = compareOptions(commandLine.compare ?? {});
  return await runCompare(options, {
    write: (text) => void stdout.write(redact(text)),
    warn: (text) => void stderr.write(redact(text)),
    writeProgress: stderr.isTTY ? (text) => void stderr.write(text) : undefined,
    asText: asText({ format: options.format }, stdout),
    hasColour: hasColour(environment, stdout),
    untilAsked,
  });
}

/** https://no-color.org */
function hasColour({ NO_COLOR, TERM }: Environment, { isTTY }: TextOutput): boolean {
  return isTTY === true && !NO_COLOR && TERM !== "dumb";
}

async function examine(
  commandLine: CommandLine,
  { environment, stderr, stdout, untilAsked }: CommandLineSurroundings,
): Promise<number> {
  const options = doctorOptions(commandLine.doctor ?? {});
  const err = (text: string): void => void stderr.write(redact(text));
  const asksOthers = options.metrics.length > 0 || options.prometheus !== undefined;
  const configuration =
    asksOthers && !namesServers(commandLine, environment) ? undefined : resolveConfiguration(commandLine, environment);
  const log = createLog({ format: configuration?.logFormat ?? "logfmt", write: err, now: Date.now });
  for (const warning of configuration?.warnings ?? []) log.warn(warning);
  return await runDoctor(options, configuration, {
    write: (text) => void stdout.write(redact(text)),
    warn: err,
    writeProgress: stderr.isTTY ? (text) => void stderr.write(text) : undefined,
    asText: asText({ format: options.format }, stdout),
    isTerminal: stdout.isTTY === true,
    hasColour: hasColour(environment, stdout),
    untilAsked,
    now: Date.now,
  });
}

async function serve(
  configuration: ExporterConfiguration,
  log: Log,
  { stdout, untilAsked, version }: CommandLineSurroundings,
): Promise<number> {
  // Listened for first: a signal during the start must not be lost.
  const asked = untilAsked();
  const exporter = await startExporter(configuration, log);
  if (stdout.isTTY) stdout.write(redact(banner(version, configuration, exporter)));
  else {
    const reads = exporter.brokers.flatMap(({ name }) => sourcesOn(name, configuration).map((one) => `${name}/${one}`));
    log.info("serving", { version, url: exporter.url ?? "none", reads: reads.join(" ") });
  }
  if (configuration.queues.length === 0 && configuration.celeryEvents.length === 0) {
    log.warn("No queue is declared: only the health of the servers is served. Add --queue or --celery-events.");
  }
  if (exporter.url === undefined && configuration.listen !== undefined) {
    log.warn("OTEL_SDK_DISABLED switches everything off: nothing is read and nothing is served.");
  }
  await asked;
  const stopped = await Promise.race([
    exporter.shutdown().then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), SHUTDOWN_MS)),
  ]);
  log.info(stopped ? "stopped" : "stopped before everything had ended");
  return 0;
}
