import { setTimeout as sleep } from "node:timers/promises";
import type { Sample } from "@taskvitals/rules";
import type { HttpTarget } from "../doctor/http-target.ts";
import { plainJson, plainText } from "../doctor/plain-text.ts";
import { compareLooks, type PairOfMeasures } from "./compare-looks.ts";
import type { CompareOptions } from "./compare-options.ts";
import { compareText } from "./compare-text.ts";
import type { Comparison } from "./comparison.ts";
import { foreignDialects } from "./dialects/dialects.ts";
import { taskvitals } from "./dialects/taskvitals.ts";
import type { Dialect } from "./measure.ts";
import { readPage } from "./metrics-page.ts";

/** How `compare` speaks, and what it runs in. */
export interface CompareSurroundings {
  /** Takes the report. */
  readonly write: (text: string) => void;
  /** Takes mistakes. */
  readonly warn: (text: string) => void;
  /** Takes the line that says how long it still watches, where a person sees it. */
  readonly writeProgress: ((text: string) => void) | undefined;
  /** Text for a person; otherwise JSON, one object in a line. */
  readonly asText: boolean;
  readonly hasColour: boolean;
  /** Settles when the process is asked to end. */
  untilAsked(): Promise<unknown>;
}

/** Both pages at about the same time. */
interface PairOfPages {
  readonly atMs: number;
  readonly ours: readonly Sample[];
  readonly theirs: readonly Sample[];
}

const FAILED = 1;
const DIFFERENT = 3;
/** Between two looks, in milliseconds: our page is made once a second. */
const PAUSE_MS = 1500;
/** Most looks that are kept; of a long watch they are further apart. */
const MAX_LOOKS = 60;
const ANEW = "\r\u001b[2K";

/**
 * Compares two pages. Nothing is changed anywhere.
 *
 * @returns the exit code: 0 where they agree, 3 where they do not, 1 where nothing could be compared or it was interrupted
 */
export async function runCompare(options: CompareOptions, surroundings: CompareSurroundings): Promise<number> {
  const interruption = new AbortController();
  void surroundings.untilAsked().then(() => interruption.abort());
  const complain = (text: string): number => {
    surroundings.warn(`taskvitals-exporter: ${plainText(text)}\n`);
    return FAILED;
  };
  const first = await look(options, interruption.signal);
  if ("failure" in first) return complain(`nothing was compared. ${first.failure}.`);
  const dialect = dialectOf(first.theirs, options);
  if (dialect === undefined) {
    const known = foreignDialects.map(({ name }) => name).join(", ");
    return complain(`${options.theirs.name} has no metric, or none yet, of an exporter that is known here: ${known}.`);
  }
  if (!speaks(taskvitals, first.ours)) {
    return complain(
      `${options.ours.name} has no metric of taskvitals; is --metrics the page of taskvitals-exporter or of a process with taskvitals?`,
    );
  }
  const { failures, pages } = await watch(options, first, surroundings, interruption.signal);
  if (interruption.signal.aborted) return complain("interrupted before anything could be said.");
  const comparison = compared(pages, dialect, options, failures);
  if (comparison.findings.length === 0) {
    return complain(`the two pages have no number in common, such as of one queue. ${comparison.notes.join(" ")}`);
  }
  const { asText, hasColour, write } = surroundings;
  write(asText ? compareText(comparison, { hasColour }) : `${plainJson(comparison)}\n`);
  return comparison.result === "agree" ? 0 : DIFFERENT;
}

/** Looks until the time is over; the last two looks are as near to each other as the first two. */
async function watch(
  options: CompareOptions,
  first: PairOfPages,
  { writeProgress }: CompareSurroundings,
  signal: AbortSignal,
): Promise<{ readonly pages: readonly PairOfPages[]; readonly failures: readonly string[] }> {
  const pages = [first];
  const failures: string[] = [];
  const endsAtMs = first.atMs + options.forSeconds * 1000;
  const farApartMs = Math.max(PAUSE_MS, (options.forSeconds * 1000) / MAX_LOOKS);
  while (performance.now() < endsAtMs && !signal.aborted) {
    const leftMs = endsAtMs - performance.now();
    const isNearAnEnd = pages.length === 1 || leftMs < 2 * farApartMs;
    await pause(Math.min(leftMs, isNearAnEnd ? PAUSE_MS : farApartMs), endsAtMs, signal, writeProgress);
    const next = await look(options, signal);
    if ("failure" in next) failures.push(next.failure);
    else pages.push(next);
  }
  writeProgress?.(ANEW);
  return { pages, failures };
}

async function look(
  { ours, theirs }: CompareOptions,
  signal: AbortSignal,
): Promise<PairOfPages | { readonly failure: string }> {
  const atMs = performance.now();
  const [here, there] = await Promise.all([readPage(ours, signal), readPage(theirs, signal)]);
  const failures = [failureOf(ours, here), failureOf(theirs, there)].filter((one) => one !== undefined);
  if ("failure" in here || "failure" in there) return { failure: failures.join("; ") };
  return { atMs, ours: here.samples, theirs: there.samples };
}

function failureOf({ name }: HttpTarget, page: Awaited<ReturnType<typeof readPage>>): string | undefined {
  return "failure" in page ? `${name}: ${page.failure}` : undefined;
}

/** Ours is compared with itself where theirs is another page of taskvitals. */
function dialectOf(samples: readonly Sample[], { ours, theirs }: CompareOptions): Dialect | undefined {
  const foreign = foreignDialects.find((dialect) => speaks(dialect, samples));
  if (foreign !== undefined) return foreign;
  return speaks(taskvitals, samples) && ours.url.href !== theirs.url.href ? taskvitals : undefined;
}

function speaks({ metrics }: Dialect, samples: readonly Sample[]): boolean {
  return samples.some(({ name }) => metrics.includes(name));
}

function compared(
  pages: readonly PairOfPages[],
  dialect: Dialect,
  { ours, theirs }: CompareOptions,
  failures: readonly string[],
): Comparison {
  const looks = pages.map((page): PairOfMeasures => {
    const here = taskvitals.measures(page.ours, new Set());
    const queues = new Set(here.flatMap(({ queue }) => queue ?? []));
    return { ours: here, theirs: dialect.measures(page.theirs, queues) };
  });
  const { findings, notes } = compareLooks(looks, dialect);
  const lost = failures.length === 0 ? [] : [`${failures.length} looks failed, such as: ${failures[0]}.`];
  return {
    result: findings.some(({ verdict }) => verdict === "differ") ? "differ" : "agree",
    exporter: dialect === taskvitals ? "the other taskvitals" : dialect.name,
    ours: ours.name,
    theirs: theirs.name,
    watchedSeconds: Math.round((pages.at(-1)?.atMs ?? 0) - (pages[0]?.atMs ?? 0)) / 1000,
    looks: pages.length,
    findings,
    notes: [...notes, ...lost],
  };
}

/** Waits, and says how long it still takes. */
async function pause(
  milliseconds: number,
  endsAtMs: number,
  signal: AbortSignal,
  writeProgress: CompareSurroundings["writeProgress"],
): Promise<void> {
  const say = (): void =>
    writeProgress?.(`${ANEW}Comparing, ${Math.max(0, Math.ceil((endsAtMs - performance.now()) / 1000))} s left`);
  const timer = setInterval(say, 500);
  say();
  await sleep(Math.max(0, milliseconds), undefined, { signal }).catch(() => {});
  clearInterval(timer);
}
