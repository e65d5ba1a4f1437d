import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { addCompareCommand } from "../compare/compare-command.ts";
import type { CompareFlags } from "../compare/compare-options.ts";
import { addDoctorCommand } from "../doctor/doctor-command.ts";
import type { DoctorFlags } from "../doctor/doctor-options.ts";
import { addRulesCommand, type RulesFlags } from "../rules/rules-flags.ts";
import type { ConfigurationLayer, LogFormat, OldExporter, Sourced } from "./configuration-layer.ts";
import type { Environment } from "./environment-layer.ts";
import { DEFAULT_PORT, parseListenAddress } from "./listen-address.ts";
import { misconfigured } from "./misconfigured.ts";

/** What the command line asks for. */
export interface CommandLine {
  /** Serve, check the configuration, examine the platform, compare two pages, or write rules. */
  readonly command: "serve" | "check" | "compare" | "doctor" | "rules";
  readonly layer: ConfigurationLayer;
  readonly file: Sourced<string> | undefined;
  /** How `check` prints; `undefined` for text on a terminal and JSON elsewhere. */
  readonly format: "text" | "json" | undefined;
  /** What `compare` is to do. */
  readonly compare?: CompareFlags | undefined;
  /** What `doctor` is to do. */
  readonly doctor?: DoctorFlags | undefined;
  /** What `rules` is to write. */
  readonly rules?: RulesFlags | undefined;
  /** Whether a password stands among the arguments, where other users of the machine can see it. */
  readonly hasPassword: boolean;
}

/** Where help, version and mistakes are written to. */
export interface CommandLineOutput {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** The flags as commander names them. */
interface Flags {
  readonly redis?: string;
  readonly redisUrlFile?: string;
  readonly redisCaFile?: string;
  readonly redisCertFile?: string;
  readonly redisKeyFile?: string;
  readonly queue?: readonly string[];
  readonly task?: readonly string[];
  readonly celeryEvents?: true;
  readonly celeryInspect?: true;
  readonly bullmqEvents?: true;
  readonly alsoEmit?: OldExporter;
  readonly lease?: string;
  readonly totalsFile?: string;
  readonly config?: string;
  readonly "web.listenAddress"?: string;
  readonly "web.telemetryPath"?: string;
  readonly "web.config.file"?: string;
  readonly livePage: boolean;
  readonly "livePage.thresholds"?: string;
  readonly "log.format"?: LogFormat;
}

/**
 * Reads the command line. Help and version are written, and end it, as does a flag that is not known.
 *
 * @returns what is asked for, or the exit code where the rest is done
 * @throws TaskVitalsError `INVALID_OPTION` naming the flag
 */
export function readCommandLine(
  args: readonly string[],
  version: string,
  { out, err }: CommandLineOutput,
): CommandLine | number {
  let asked: Pick<CommandLine, "command" | "compare" | "doctor" | "format" | "rules"> = {
    command: "serve",
    format: undefined,
  };
  const program = describeCommands(version)
    .configureHelp({ visibleOptions: withoutVersion })
    .configureOutput({ writeOut: out, writeErr: err, getOutHelpWidth: () => 80, getErrHelpWidth: () => 80 })
    .exitOverride()
    .action(() => {});
  program
    .command("check", { hidden: true })
    .description(
      "Tries the configuration on the servers and says what is there. Takes the options of taskvitals-exporter as well.",
    )
    .addOption(new Option("--format <format>", "default: text on a terminal").choices(["text", "json"]))
    .exitOverride()
    .action(({ format }: { readonly format?: "text" | "json" }) => {
      asked = { command: "check", format };
    });
  addDoctorCommand(program, (doctor) => {
    asked = { command: "doctor", format: doctor.format, doctor };
  });
  addCompareCommand(program, (compare) => {
    asked = { command: "compare", format: compare.format, compare };
  });
  addRulesCommand(program, (rules) => {
    asked = { command: "rules", format: undefined, rules };
  });
  try {
    program.parse([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    throw error;
  }
  const flags = program.opts<Flags>();
  if (asked.command === "rules") refuseServers(program, "rules", OF_RULES);
  if (asked.command === "compare") refuseServers(program, "compare", OF_COMPARE);
  return { ...asked, layer: layerOf(flags), file: sourced(flags.config, "--config"), hasPassword: hasPassword(flags) };
}

/** Exit code of a mistake in flags, variables or files. */
export const USAGE = 2;

/** Whether flags or variables name a server, or anything that would be on one. */
export function namesServers({ file, layer }: CommandLine, environment: Environment): boolean {
  const variables = ["REDIS_URL", "TASKVITALS_REDIS_URL_FILE", "TASKVITALS_CONFIG", "TASKVITALS_QUEUES"];
  return (
    file !== undefined ||
    layer.queues !== undefined ||
    layer.brokers.default?.location !== undefined ||
    variables.some((name) => environment[name]?.trim())
  );
}

const OF_RULES =
  "Rules are written without looking at a server; --selector chooses series, --thresholds has limits of single queues.";
const OF_COMPARE = "Two pages are compared: --with is the other exporter's, --metrics ours.";

/** Whoever names a queue to a command that reads none believes that it will be about it. */
function refuseServers(program: Command, command: string, remedy: string): void {
  const stray = program.options.find((option) => program.getOptionValueSource(option.attributeName()) === "cli");
  if (stray === undefined) return;
  throw misconfigured({
    where: stray.long ?? stray.flags,
    expected: `flags of ${command} beside ${command}`,
    remedy,
  });
}

function describeCommands(version: string): Command {
  const each = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value];
  return (
    new Command("taskvitals-exporter")
      .usage(
        "[options]          serves /metrics of tasks in Redis\n       taskvitals-exporter check [options]    tries it and says what is there\n       taskvitals-exporter doctor [options]   says which queue is ill, and why\n       taskvitals-exporter compare [options]  says where another one disagrees\n       taskvitals-exporter rules [options]    writes alerts for Prometheus",
      )
      .helpCommand(false)
      .showSuggestionAfterError()
      .showHelpAfterError("Run taskvitals-exporter --help for all options.")
      // A sentence each would not fit a screen; docs/exporter.md has them.
      .option("--redis <url>", "server, redis://[user:password@]host[:port][/db]")
      .option("--redis-url-file <file>", "file with that URL, as --redis shows its password")
      .option("--redis-ca-file <file>", "authority of its certificate; -cert-file, -key-file")
      .addOption(new Option("--redis-cert-file <file>", "certificate to show it (PEM)").hideHelp())
      .addOption(new Option("--redis-key-file <file>", "key of that certificate (PEM)").hideHelp())
      .option("--queue <layout:name>", "queue to read, such as rq:default; repeatable", each)
      .option("--task <name>", "task that exists at 0 from the start; repeatable", each)
      .option("--celery-events", "count tasks by Celery's events (worker -E)")
      .option("--celery-inspect", "ask Celery's workers for queues and pools; writes")
      .option("--bullmq-events", "count tasks by the events of BullMQ's queues")
      .option("--also-emit <exporter>", "its metrics beside ours: celery-exporter", oldExporter)
      .option("--lease <name>", "replicas of one name count in turns; writes")
      .option("--totals-file <file>", "totals of events survive a restart in this file")
      .option("--config <file>", "YAML file; flags and environment win over it")
      .option("--web.listen-address <a>", `127.0.0.1:${DEFAULT_PORT}; the path by --web.telemetry-path`)
      .addOption(new Option("--web.telemetry-path <path>", "default /metrics").hideHelp())
      .option("--web.config.file <file>", "TLS and users, as exporter-toolkit has them")
      .addOption(new Option("--no-live-page", "no page at /, which is for browsers").hideHelp())
      .addOption(new Option("--live-page.thresholds <file>", "limits of its verdicts, as doctor has them").hideHelp())
      .addOption(new Option("--log.format <format>", "default logfmt").choices(["logfmt", "json"]))
      .version(version, "-V, --version")
      // Lines that whoever reads them does not need, on a screen that is full.
      .addHelpOption(new Option("-h, --help").hideHelp())
  );
}

/** A line less on a screen that is full. */
function withoutVersion(command: Command): Option[] {
  return command.options.filter(({ hidden, long }) => !hidden && long !== "--version");
}

function oldExporter(value: string): OldExporter {
  if (value === "celery-exporter") return value;
  throw new InvalidArgumentError("It is celery-exporter, whose metrics can be shown beside ours.");
}

function layerOf(flags: Flags): ConfigurationLayer {
  const address = flags["web.listenAddress"];
  return {
    brokers: { default: { location: locationOf(flags), tls: tlsOf(flags) } },
    queues: flags.queue?.map((value) => ({ value, where: "--queue" })),
    tasks: flags.task && { value: flags.task, where: "--task" },
    celeryEvents: flags.celeryEvents && [{ value: {}, where: "--celery-events" }],
    celeryInspect: sourced(flags.celeryInspect, "--celery-inspect"),
    bullmqEvents: flags.bullmqEvents && [{ value: {}, where: "--bullmq-events" }],
    alsoEmit: sourced(flags.alsoEmit, "--also-emit"),
    lease: sourced(flags.lease, "--lease"),
    totalsFile: sourced(flags.totalsFile, "--totals-file"),
    listenAddress: sourced(
      address === undefined ? undefined : parseListenAddress(address, "--web.listen-address"),
      "--web.listen-address",
    ),
    telemetryPath: sourced(flags["web.telemetryPath"], "--web.telemetry-path"),
    webConfigFile: sourced(flags["web.config.file"], "--web.config.file"),
    livePage: flags.livePage ? undefined : { value: false, where: "--no-live-page" },
    livePageThresholds: sourced(flags["livePage.thresholds"], "--live-page.thresholds"),
    logFormat: sourced(flags["log.format"], "--log.format"),
    limits: {},
  };
}

function locationOf({ redis, redisUrlFile }: Flags): ConfigurationLayer["brokers"][string]["location"] {
  if (redis !== undefined && redisUrlFile !== undefined) {
    throw misconfigured({ where: "--redis-url-file", expected: "this flag or --redis, not both" });
  }
  if (redis !== undefined) return { kind: "url", url: redis, where: "--redis", credentials: {} };
  if (redisUrlFile === undefined) return undefined;
  return { kind: "url-file", file: redisUrlFile, where: "--redis-url-file", credentials: {} };
}

function tlsOf({ redisCaFile, redisCertFile, redisKeyFile }: Flags): ConfigurationLayer["brokers"][string]["tls"] {
  return {
    ca: sourced(redisCaFile, "--redis-ca-file"),
    cert: sourced(redisCertFile, "--redis-cert-file"),
    key: sourced(redisKeyFile, "--redis-key-file"),
  };
}

function hasPassword({ redis }: Flags): boolean {
  return /:\/\/[^/]*:[^/]*@/.test(redis ?? "");
}

function sourced<T>(value: T | undefined, where: string): Sourced<T> | undefined {
  return value === undefined ? undefined : { value, where };
}
