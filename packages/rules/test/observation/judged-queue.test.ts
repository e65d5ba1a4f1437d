import { describe, expect, it } from "vitest";
import { filledIn, isDecided, judgeWatched, judgeWindows } from "../../src/observation/judged-queue.ts";
import type { QueueObservation } from "../../src/verdict/queue-observation.ts";

const calm: QueueObservation = { queue: "q", watchedSeconds: 900, ready: 0, running: 0, ended: 100, failed: 0 };

describe("windows", () => {
  it("give each verdict from the window that is its own", () => {
    const failing = { ...calm, failed: 100 };
    expect(judgeWindows({ still: calm, failure: failing, growth: calm }, {}).judgement.verdict).toBe("failing");
    const growing = { ...calm, ready: 5000, readyChange: 4000, readyChangeLately: 500 };
    expect(judgeWindows({ still: calm, failure: calm, growth: growing }, {}).judgement.verdict).toBe("backlog");
    expect(
      judgeWindows({ still: { ...calm, ready: 3, workers: 0 }, failure: failing, growth: calm }, {}).judgement,
    ).toMatchObject({
      verdict: "starving",
    });
  });

  it("do not give a verdict from another window, and keep the facts then", () => {
    const { judgement } = judgeWindows({ still: { ...calm, failed: 100 }, failure: calm, growth: calm }, {});
    expect(judgement).toMatchObject({ queue: "q", verdict: "healthy" });
    expect(judgement.evidence[0]).toContain("nothing waits");
  });
});

it("what Prometheus does not know is filled in with what was seen here, but for changes over another time", () => {
  const seen: QueueObservation = { ...calm, watchedSeconds: 30, workers: 2, ready: 7, readyChange: 7, ended: 3 };
  const { ended: _, ...known } = calm;
  const { still } = filledIn({ still: known, failure: known, growth: known }, seen);
  expect(still).toMatchObject({ watchedSeconds: 900, ready: 0, workers: 2 });
  expect([still.readyChange, still.ended]).toEqual([undefined, undefined]);
});

it("looking for longer changes nothing about what is blind, starving or paused", () => {
  const decided = (seen: Partial<QueueObservation>): boolean =>
    isDecided(judgeWatched({ queue: "q", watchedSeconds: 0, ready: 3, ...seen }, {}));
  expect(decided({ unreadable: "the server cannot be reached (refused)" })).toBe(true);
  expect(decided({ workers: 0 })).toBe(true);
  expect(decided({ paused: true })).toBe(true);
  expect(decided({ workers: 1 })).toBe(false);
});
