import { UNKNOWN_VALUE } from "@taskvitals/rules";
import type { Finding, Seen } from "./comparison.ts";
import { type Dialect, type Measure, type Question, questions } from "./measure.ts";

/** What both pages said at about the same time. */
export interface PairOfMeasures {
  readonly ours: readonly Measure[];
  readonly theirs: readonly Measure[];
}

/** Findings, and what is to be known about them. */
export interface ComparedLooks {
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
}

/** By what numbers are told apart that both exporters have. */
type Dimension = "queue" | "task";

/** One number over all looks; `undefined` where a page did not have it. */
type Course = readonly (number | undefined)[];

const ORDER: readonly Finding["verdict"][] = ["differ", "only_theirs", "only_ours", "unknown", "agree"];
const NOTHING: Seen = { least: 0, most: 0, total: 0 };
const UNTOLD = `Our page does not know the queue of some tasks (queue="${UNKNOWN_VALUE}"): those are compared by task alone.`;
const QUIET = "No task ended while it watched: that counters agree says little. Watch for longer with --for.";
/** Least share of a rise that must be certain for a comparison to mean much. */
const VAGUE_RATIO = 0.8;
const VAGUE =
  "While tasks end, two pages are not of one moment: watch for longer with --for to see smaller differences.";
const ONCE = "Counters began at different times, so that only their rise can be compared: look twice with --for.";

/**
 * Compares what two exporters said over some looks. The pages are read one after the other, and time goes by between: so a gauge agrees where the ranges that were
 * seen overlap, and a counter where its least rise (from the second look to the last but one) and its greatest (from the first to the last) overlap.
 */
export function compareLooks(looks: readonly PairOfMeasures[], dialect: Dialect): ComparedLooks {
  const notes: string[] = [];
  const findings = (Object.keys(questions) as Question[]).flatMap((question) => {
    const ours = looks.map((look) => look.ours.filter((one) => one.question === question));
    const theirs = looks.map((look) => look.theirs.filter((one) => one.question === question));
    const all = [...ours.flat(), ...theirs.flat()];
    if (ours.flat().length === 0 || theirs.flat().length === 0) return [];
    const isUntold = ours.flat().some(({ queue, value }) => queue === UNKNOWN_VALUE && value > 0);
    const dimensions = (["task", "queue"] as const).filter((dimension) => {
      if (dimension === "queue" && isUntold) return false;
      return all.every((one) => one[dimension] !== undefined);
    });
    const found = findingsOf(question, dimensions, courses(ours, dimensions), courses(theirs, dimensions));
    if (isUntold && found.length > 0) notes.push(UNTOLD);
    const note = dialect.notes?.[question];
    if (note !== undefined && found.some(({ verdict }) => verdict === "differ")) notes.push(note);
    return found.filter(({ verdict }) => verdict !== "only_theirs" || dialect.isWider !== true);
  });
  const counters = findings.filter(({ question }) => questions[question].kind === "counter");
  if (looks.length === 1 && counters.length > 0) notes.push(ONCE);
  else if (counters.length > 0 && counters.every(isQuiet)) notes.push(QUIET);
  else if (counters.some(isVague)) notes.push(VAGUE);
  return {
    findings: findings.sort((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict)),
    notes: [...new Set(notes)],
  };
}

function findingsOf(
  question: Question,
  dimensions: readonly Dimension[],
  ours: ReadonlyMap<string, Course>,
  theirs: ReadonlyMap<string, Course>,
): readonly Finding[] {
  const isCounter = questions[question].kind === "counter";
  return [...new Set([...ours.keys(), ...theirs.keys()])].sort().flatMap((key): readonly Finding[] => {
    const subject = subjectOf(key, dimensions);
    const [here, there] = [ours.get(key), theirs.get(key)];
    const seen = isCounter ? risen : ranged;
    const found = { question, ...subject, ours: here && seen(here), theirs: there && seen(there) };
    if (isCounter && hasFallen(here, there)) return [{ ...found, verdict: "unknown" }];
    if (found.ours !== undefined && found.theirs !== undefined) return [{ ...found, verdict: verdictOf(found) }];
    const alone = found.ours ?? found.theirs;
    // Who has nothing to tell of a subject may leave it out.
    if (alone === undefined || (alone.most === 0 && (alone.total ?? 0) === 0)) return [];
    if (isCounter && alone.most > 0) {
      const both = { ...found, ours: found.ours ?? NOTHING, theirs: found.theirs ?? NOTHING };
      return [{ ...both, verdict: verdictOf(both) }];
    }
    return [{ ...found, verdict: found.ours === undefined ? "only_theirs" : "only_ours" }];
  });
}

function verdictOf({ ours, theirs, question }: Pick<Finding, "ours" | "question" | "theirs">): Finding["verdict"] {
  if (ours === undefined || theirs === undefined) return "unknown";
  if (questions[question].kind === "counter" && Number.isNaN(ours.most)) return "unknown";
  return ours.least <= theirs.most && theirs.least <= ours.most ? "agree" : "differ";
}

/** The numbers of one page by subject, added up over whatever else tells them apart. */
function courses(
  looks: readonly (readonly Measure[])[],
  dimensions: readonly Dimension[],
): ReadonlyMap<string, Course> {
  const found = new Map<string, (number | undefined)[]>();
  for (const [index, measures] of looks.entries()) {
    for (const measure of measures) {
      const key = JSON.stringify(dimensions.map((dimension) => measure[dimension]));
      const course = found.get(key) ?? Array.from<number | undefined>({ length: looks.length });
      course[index] = (course[index] ?? 0) + measure.value;
      found.set(key, course);
    }
  }
  return found;
}

function subjectOf(key: string, dimensions: readonly Dimension[]): Pick<Finding, Dimension> {
  const values = JSON.parse(key) as readonly string[];
  return Object.fromEntries(dimensions.map((dimension, index) => [dimension, values[index]]));
}

function ranged(course: Course): Seen | undefined {
  const values = course.filter((value) => value !== undefined);
  return values.length === 0 ? undefined : { least: Math.min(...values), most: Math.max(...values) };
}

/** A counter that is not there yet has counted nothing. */
function risen(course: Course): Seen {
  const at = (index: number): number => course.at(index) ?? 0;
  const total = at(-1);
  if (course.length < 2) return { least: Number.NaN, most: Number.NaN, total };
  const most = total - at(0);
  return { least: course.length < 4 ? most : Math.max(0, at(-2) - at(1)), most, total };
}

function hasFallen(...all: readonly (Course | undefined)[]): boolean {
  return all.some((course) => course?.some((value, index) => value !== undefined && value < (course[index - 1] ?? 0)));
}

/** What ended between two reads is so much that a small difference could hide in it. */
function isVague({ ours, verdict }: Finding): boolean {
  return verdict === "agree" && ours !== undefined && ours.least < VAGUE_RATIO * ours.most;
}

function isQuiet({ ours, theirs }: Finding): boolean {
  return (ours?.most ?? 0) === 0 && (theirs?.most ?? 0) === 0;
}
