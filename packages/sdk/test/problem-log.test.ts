import type { Counter } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { createProblemLog } from "../src/problem-log.ts";
import { warnOfReadProblems } from "../src/read-problems.ts";

function counting(): { counter: Counter; counts: Record<string, number> } {
  const counts: Record<string, number> = {};
  const add: Counter["add"] = (value, labels) => {
    const operation = String(labels?.operation);
    counts[operation] = (counts[operation] ?? 0) + value;
  };
  return { counter: { add }, counts };
}

test("each failure is counted, and each cause is warned of once", () => {
  const lines: string[] = [];
  const log = createProblemLog({ warn: (line) => lines.push(line) });
  const { counter, counts } = counting();
  log.countWith(counter);
  for (const message of ["one", "two", "one"]) log.report("export", message);
  log.report("record", "one");
  expect(lines).toEqual(["taskvitals: one", "taskvitals: two"]);
  expect(counts).toEqual({ export: 3, record: 1 });
});

test("what failed before there was a counter is counted as soon as there is one", () => {
  const log = createProblemLog({ warn: () => {} });
  const { counter, counts } = counting();
  log.report("export", "early");
  log.report("export", "earlier");
  log.countWith(counter);
  log.report("export", "late");
  expect(counts).toEqual({ export: 3 });
});

test("a warning that is no failure is not counted", () => {
  const log = createProblemLog({ warn: () => {} });
  const { counter, counts } = counting();
  log.countWith(counter);
  log.warn("only so you know");
  expect(counts).toEqual({});
});

test("a logger that throws does no harm", () => {
  const log = createProblemLog({
    warn: () => {
      throw new Error("disk full");
    },
  });
  const { counter, counts } = counting();
  log.countWith(counter);
  log.report("export", "one");
  expect(counts).toEqual({ export: 1 });
});

test("causes without end fill neither the log nor the memory", () => {
  const lines: string[] = [];
  const log = createProblemLog({ warn: (line) => lines.push(line) });
  for (let index = 0; index < 10_000; index++) log.warn(`cause ${index}`);
  expect(lines).toHaveLength(200);
});

test("a broker that cannot be read is one warning for all its queues, per reason", () => {
  const lines: string[] = [];
  const onFailure = warnOfReadProblems((line) => lines.push(line));
  for (const queue of ["a", "b"]) {
    onFailure("jobs", queue, { reason: "refused", detail: "no connection to the server: ECONNREFUSED" });
    onFailure("jobs", queue, { reason: "refused", detail: "the connection was closed" });
  }
  onFailure("jobs", "a", { reason: "timeout", detail: "no answer in time" });
  expect(lines).toEqual([
    'the queues of broker "jobs" cannot be read: refused (no connection to the server: ECONNREFUSED). No samples until that changes.',
    'the queues of broker "jobs" cannot be read: timeout (no answer in time). No samples until that changes.',
  ]);
});

test("a queue that is at fault itself is one warning of its own", () => {
  const lines: string[] = [];
  const onFailure = warnOfReadProblems((line) => lines.push(line));
  for (const queue of ["a", "a", "b"]) onFailure("jobs", queue, { reason: "wrong_type", detail: "WRONGTYPE" });
  expect(lines).toEqual([
    'queue "a" of broker "jobs" cannot be read: wrong_type (WRONGTYPE). No samples until that changes.',
    'queue "b" of broker "jobs" cannot be read: wrong_type (WRONGTYPE). No samples until that changes.',
  ]);
});

test("a queue that is not found reads 0, and the warning says so", () => {
  const lines: string[] = [];
  const onProblem = warnOfReadProblems((line) => lines.push(line));
  onProblem("jobs", "a", { reason: "queue_missing", detail: "RQ has no such queue" });
  onProblem("jobs", "b", { reason: "auth", detail: "in part: NOPERM" });
  expect(lines).toEqual([
    'queue "a" of broker "jobs": queue_missing (RQ has no such queue).',
    'the queues of broker "jobs" can be read only in part: NOPERM (auth).',
  ]);
});
