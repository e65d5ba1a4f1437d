import { expect, it } from "vitest";
import { judgeUnattributed } from "../../src/observation/unattributed-tasks.ts";
import type { QueueObservation } from "../../src/verdict/queue-observation.ts";

const seen = (ended: number, failed: number): QueueObservation => ({
  ...{ queue: "_UNKNOWN", watchedSeconds: 30, ended, failed, outcomes: [{ task: "t", ended, failed }] },
});

it("tasks of no known queue that fail are a queue of their own, of which no length is told", () => {
  const { judged, unknown } = judgeUnattributed(seen(100, 90), {});
  expect(judged).toMatchObject([{ judgement: { queue: "_UNKNOWN", verdict: "failing" }, seen: { ended: 100 } }]);
  expect(judged[0]?.judgement.evidence.join()).not.toContain("waits");
  expect(judged[0]?.seen.ready).toBeUndefined();
  expect(unknown.join()).toContain("of which 90 failed");
});

it("those that succeed are mentioned alone, and none at all are not", () => {
  expect(judgeUnattributed(seen(100, 0), {})).toMatchObject({ judged: [], unknown: [expect.any(String)] });
  expect(judgeUnattributed(seen(0, 0), {})).toEqual({ judged: [], unknown: [] });
});
