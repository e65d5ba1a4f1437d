import { setTimeout as sleep } from "node:timers/promises";
import type { ExporterConfiguration } from "../configuration/exporter-configuration.ts";
import type { DoctorOptions } from "./doctor-options.ts";
import type { DoctorReport } from "./doctor-report.ts";
import { doctorText } from "./doctor-text.ts";
import { Examiner } from "./examiner.ts";
import { openOwnSource } from "./own-source.ts";
import { plainJson, plainText } from "./plain-text.ts";
import { progressLine } from "./progress-line.ts";

/** How `doctor` speaks, and what it runs in. */
export interface DoctorSurroundings {
  /** Takes the report. */
  readonly write: (text: string) => void;
  /** Takes mistakes and what is to be said beside the report. */
  readonly warn: (text: string) => void;
  /** Takes the line that says how long it still watches, where a person sees it. */
  readonly writeProgress: ((text: string) => void) | undefined;
  /** Text for a person; otherwise JSON, one object in a line. */
  readonly asText: boolean;
  /** Whether the report is written to a terminal, which can be cleared. */
  readonly isTerminal: boolean;
  readonly hasColour: boolean;
  /** Settles when the process is asked to end. */
  untilAsked(): Promise<unknown>;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

const FAILED = 1;
const ATTENTION = 3;
/** Between two looks, in milliseconds: the page of this process is made once a second. */
const PAUSE_MS = 1500;
/** Between two of what costs more than a look, in milliseconds. */
const REFRESH_MS = 10_000;
/** Longest wait for everything to end, in milliseconds: whoever asks a process to end wants it gone within two seconds. */
const SHUTDOWN_MS = 1500;
const CLEAR = "\u001b[H\u001b[2J\u001b[3J";

/**
 * Examines the platform and reports. Nothing is changed anywhere.
 *
 * @param configuration - what is to be read in Redis; `undefined` where others are asked alone
 * @returns the exit code: 0 where all is healthy, 3 where something is not, 1 where nothing could be asked or it was interrupted
 * @throws TaskVitalsError for a mistake in the configuration
 */
export async function runDoctor(
  options: DoctorOptions,
  configuration: ExporterConfiguration | undefined,
  surroundings: DoctorSurroundings,
): Promise<number> {
  const interruption = new AbortController();
  const { signal } = interruption;
  void surroundings.untilAsked().then(() => interruption.abort());
  // Who gives pages of processes has what they count; events would count it twice.
  const listens = options.metrics.length === 0 && options.prometheus === undefined;
  const own = configuration === undefined ? undefined : await openOwnSource(configuration, listens);
  try {
    const examiner = new Examiner({ options, own, signal, now: surroundings.now });
    await examiner.begin();
    return await (options.goesOn ? goOn : once)({ examiner, options, surroundings, signal });
  } finally {
    await Promise.race([own?.shutdown(), sleep(SHUTDOWN_MS, undefined, { ref: false })]);
  }
}

interface Run {
  readonly examiner: Examiner;
  readonly options: DoctorOptions;
  readonly surroundings: DoctorSurroundings;
  readonly signal: AbortSignal;
}

/** Watches for as long as that could change a verdict, and reports once. */
async function once({
  examiner,
  options: { prometheus, watchForSeconds },
  signal,
  surroundings,
}: Run): Promise<number> {
  const { warn, write, writeProgress } = surroundings;
  const from = performance.now();
  const left = (): number => watchForSeconds - (performance.now() - from) / 1000;
  let examination = examiner.examine();
  let hasWatched = false;
  try {
    while (left() > 0 && examination.wouldGainBy(watchForSeconds) && !signal.aborted) {
      hasWatched = true;
      await pause(Math.min(PAUSE_MS, 1000 * left()), signal, () =>
        writeProgress?.(progressLine(left(), examination.report)),
      );
      await examiner.look();
      // Whose history is short has more of it by now.
      if (prometheus !== undefined) await examiner.refresh();
      examination = examiner.examine();
    }
  } finally {
    writeProgress?.(progressLine(undefined, examination.report));
  }
  if (hasWatched && !signal.aborted) {
    await examiner.refresh();
    examination = examiner.examine();
  }
  if (signal.aborted) {
    warn("taskvitals-exporter: interrupted before anything could be said.\n");
    return FAILED;
  }
  const { report } = examination;
  if (isNothing(report)) {
    const why = report.unreachable.map(({ source, why }) => `${source}: ${why}`).join("; ");
    warn(`taskvitals-exporter: nothing could be asked (${plainText(why)}).\n`);
    return FAILED;
  }
  write(textOf(report, surroundings));
  return exitCode(report);
}

/** Reports again and again until it is asked to end: on a terminal every look, elsewhere every time that it has watched. */
async function goOn({ examiner, options: { watchForSeconds }, signal, surroundings }: Run): Promise<number> {
  const { asText, isTerminal, write } = surroundings;
  const redraws = asText && isTerminal;
  let refreshedAt = performance.now();
  let reportedAt = performance.now();
  let last: DoctorReport | undefined;
  while (!signal.aborted) {
    if (redraws || (performance.now() - reportedAt) / 1000 >= watchForSeconds) {
      const { report } = examiner.examine();
      write(
        `${redraws ? CLEAR : ""}${textOf(report, surroundings)}${redraws ? "\nCtrl-C ends.\n" : asText ? "\n" : ""}`,
      );
      reportedAt = performance.now();
      last = report;
    }
    await pause(PAUSE_MS, signal);
    if (performance.now() - refreshedAt >= REFRESH_MS && !signal.aborted) {
      await examiner.refresh();
      refreshedAt = performance.now();
    }
    await examiner.look();
  }
  return last === undefined ? FAILED : exitCode(last);
}

function textOf(report: DoctorReport, { asText, hasColour }: DoctorSurroundings): string {
  return asText ? doctorText(report, { hasColour }) : `${plainJson(report)}\n`;
}

function exitCode({ result }: DoctorReport): number {
  return result === "healthy" ? 0 : ATTENTION;
}

function isNothing({ brokers, queues, unreachable }: DoctorReport): boolean {
  return brokers.length === 0 && queues.length === 0 && unreachable.length > 0;
}

/** Waits, and says every second what it waits for. */
async function pause(milliseconds: number, signal: AbortSignal, say?: () => void): Promise<void> {
  const timer = setInterval(() => say?.(), 500);
  say?.();
  await sleep(Math.max(0, milliseconds), undefined, { signal }).catch(() => {});
  clearInterval(timer);
}
