import { describe, expect, it } from "vitest";
import { compareLooks, type PairOfMeasures } from "../../src/compare/compare-looks.ts";
import type { Dialect, Measure } from "../../src/compare/measure.ts";

const dialect: Dialect = { name: "theirs", metrics: [], measures: () => [] };

const ready = (value: number, queue = "mails"): Measure => ({ question: "ready", queue, value });
const success = (value: number, more: Partial<Measure> = {}): Measure => ({
  ...{ question: "success", task: "send", queue: "mails", value },
  ...more,
});

/** Looks at one number each. */
function looks(of: (value: number) => Measure, ours: readonly number[], theirs: readonly number[]): PairOfMeasures[] {
  return ours.map((value, index) => ({ ours: [of(value)], theirs: [of(theirs[index] ?? 0)] }));
}

const verdicts = (given: readonly PairOfMeasures[], by: Dialect = dialect): readonly string[] =>
  compareLooks(given, by).findings.map(({ verdict }) => verdict);

describe("a gauge", () => {
  it("agrees where the ranges that were seen overlap", () => {
    expect(verdicts(looks(ready, [3, 5, 4], [5, 7, 6]))).toEqual(["agree"]);
  });

  it("differs where they do not", () => {
    expect(compareLooks(looks(ready, [3, 5, 4], [6, 7, 6]), dialect).findings).toEqual([
      {
        ...{ question: "ready", queue: "mails", verdict: "differ" },
        ...{ ours: { least: 3, most: 5 }, theirs: { least: 6, most: 7 } },
      },
    ]);
  });
});

describe("a counter", () => {
  it("agrees where it rose alike, whenever it began", () => {
    expect(verdicts(looks(success, [100, 100, 110, 110], [3, 3, 13, 13]))).toEqual(["agree"]);
  });

  it("may differ by what came between two reads", () => {
    expect(verdicts(looks(success, [0, 10, 90, 100], [0, 12, 97, 109]))).toEqual(["agree"]);
    expect(verdicts(looks(success, [0, 10, 90, 100], [0, 8, 55, 60]))).toEqual(["differ"]);
  });

  it("that moved much between two reads is said to tell little", () => {
    const vague = compareLooks(looks(success, [0, 40, 60, 100], [0, 40, 60, 100]), dialect);
    expect(vague.notes.join()).toContain("not of one moment");
    expect(compareLooks(looks(success, [0, 5, 95, 100], [0, 5, 95, 100]), dialect).notes).toEqual([]);
  });

  it("has its totals beside its rise", () => {
    const [finding] = compareLooks(looks(success, [100, 100, 110, 110], [3, 3, 8, 8]), dialect).findings;
    expect(finding).toMatchObject({
      verdict: "differ",
      ours: { least: 10, most: 10, total: 110 },
      theirs: { least: 5, most: 5, total: 8 },
    });
  });

  it("is not compared at one look, or where it began anew", () => {
    const once = compareLooks(looks(success, [100], [3]), dialect);
    expect(once.findings).toMatchObject([{ verdict: "unknown", ours: { total: 100 }, theirs: { total: 3 } }]);
    expect(once.notes.join()).toContain("look twice");
    expect(verdicts(looks(success, [100, 100, 2, 2], [3, 3, 13, 13]))).toEqual(["unknown"]);
  });

  it("counts as 0 where one of the two has never seen what rises", () => {
    const pairs = [0, 0, 4, 4].map((value) => ({
      ours: [success(0, { task: "other" })],
      theirs: [success(0, { task: "other" }), success(value)],
    }));
    const { findings } = compareLooks(pairs, dialect);
    expect(findings.map(({ task, verdict }) => [task, verdict])).toEqual([
      ["send", "differ"],
      ["other", "agree"],
    ]);
  });

  it("that stands still proves little, which is said", () => {
    expect(compareLooks(looks(success, [5, 5, 5, 5], [3, 3, 3, 3]), dialect).notes.join()).toContain(
      "No task ended while it watched",
    );
  });
});

describe("what only one of them tells apart", () => {
  it("is added up", () => {
    const ours = [success(2), success(3, { task: "other" })];
    const theirs: readonly Measure[] = [{ question: "success", queue: "mails", value: 5 }];
    const { findings } = compareLooks([{ ours, theirs }], dialect);
    expect(findings).toMatchObject([{ question: "success", queue: "mails", ours: { total: 5 }, theirs: { total: 5 } }]);
    expect(findings[0]).not.toHaveProperty("task");
  });

  it("is compared by task alone where our page does not know the queue", () => {
    const ours = [success(2, { queue: "_UNKNOWN" })];
    const { findings, notes } = compareLooks([{ ours, theirs: [success(2, { queue: "celery" })] }], dialect);
    expect(findings).toMatchObject([{ task: "send", ours: { total: 2 }, theirs: { total: 2 } }]);
    expect(notes.join()).toContain("does not know the queue");
  });
});

describe("what only one of them has", () => {
  const pairs = [{ ours: [ready(1, "a")], theirs: [ready(1, "a"), ready(2, "b"), ready(0, "c")] }];

  it("is told, unless it is nothing", () => {
    expect(compareLooks(pairs, dialect).findings.map(({ queue, verdict }) => [queue, verdict])).toEqual([
      ["b", "only_theirs"],
      ["a", "agree"],
    ]);
  });

  it("is left out where their page has much that is no queue", () => {
    expect(verdicts(pairs, { ...dialect, isWider: true })).toEqual(["agree"]);
  });
});

it("says what is to be known of an exporter where its answer differs", () => {
  const noted: Dialect = { ...dialect, notes: { ready: "It leaves priorities out." } };
  expect(compareLooks(looks(ready, [3], [1]), noted).notes).toEqual(["It leaves priorities out."]);
  expect(compareLooks(looks(ready, [3], [3]), noted).notes).toEqual([]);
});
