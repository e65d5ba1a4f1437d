import { describe, expect, test } from "vitest";
import { judgeQueue } from "../../src/verdict/judge-queue.ts";
import type { QueueObservation } from "../../src/verdict/queue-observation.ts";

/** A queue with two workers that works off what comes, watched for half a minute. */
const STEADY: QueueObservation = {
  queue: "mail",
  watchedSeconds: 30,
  ready: 3,
  readyChange: 1,
  readyChangeLately: 0,
  oldestAgeSeconds: 0.4,
  oldestAgeChange: 0.1,
  overdue: 0,
  running: 2,
  oldestActiveSeconds: 1,
  slots: 4,
  workers: 2,
  paused: false,
  ended: 60,
  failed: 1,
};

function verdictOf(seen: Partial<QueueObservation>): string {
  const { alert, verdict } = judgeQueue({ ...STEADY, ...seen });
  return alert === undefined ? verdict : `${verdict} ${alert}`;
}

describe("a healthy queue", () => {
  test.each<[string, Partial<QueueObservation>]>([
    ["works off what comes", {}],
    ["has nothing to do", { ready: 0, readyChange: 0, running: 0, ended: 0, failed: 0, oldestAgeSeconds: 0 }],
    [
      "has nothing to do and no worker",
      { ready: 0, readyChange: 0, running: 0, ended: 0, failed: 0, workers: 0, slots: 0 },
    ],
    [
      "got a burst that drains",
      { ready: 5000, readyChange: -900, readyChangeLately: -300, oldestAgeSeconds: 45, ended: 900 },
    ],
    ["grew at first and shrinks now", { ready: 500, readyChange: 400, readyChangeLately: -50 }],
    ["grows by chance", { ready: 20, readyChange: 12, readyChangeLately: 2, ended: 60 }],
    ["is paused with nothing in it", { ready: 0, paused: true }],
    [
      "was looked at once, with something due just now",
      { watchedSeconds: 0, overdue: 1, readyChange: undefined, ended: undefined },
    ],
    ["fails as rarely as it may", { ended: 100, failed: 5 }],
    ["had two failures, by chance the only tasks", { ended: 2, failed: 2 }],
    [
      "runs one long task",
      {
        ready: 2,
        readyChange: 0,
        ended: 0,
        failed: 0,
        oldestAgeSeconds: 200,
        oldestAgeChange: 30,
        running: 1,
        slots: 1,
        oldestActiveSeconds: 600,
      },
    ],
    [
      "trains for hours, which is normal there",
      {
        ready: 0,
        readyChange: 0,
        ended: 0,
        failed: 0,
        running: 1,
        slots: 1,
        oldestActiveSeconds: 9000,
        averageRunSeconds: 7200,
      },
    ],
    [
      "tells nothing but its length",
      {
        ready: 4,
        oldestAgeSeconds: undefined,
        oldestAgeChange: undefined,
        running: undefined,
        slots: undefined,
        workers: undefined,
        ended: undefined,
        failed: undefined,
        readyChange: -1,
      },
    ],
  ])("%s", (_, seen) => {
    expect(verdictOf(seen)).toBe("healthy");
  });
});

describe("a queue that needs somebody", () => {
  test.each<[string, string, Partial<QueueObservation>]>([
    ["cannot be read", "blind TaskQueueReadingStale", { unreadable: "refused", ready: undefined }],
    ["was read long ago", "blind TaskQueueReadingStale", { readingAgeSeconds: 121 }],
    ["has a length that nobody tells", "blind", { ready: undefined }],
    ["has no worker", "starving TaskWorkersGone", { workers: 0, running: 0, ended: 0 }],
    [
      "has no slot, and its workers leave no sign",
      "starving TaskWorkersGone",
      { workers: undefined, slots: 0, running: 0, ended: 0 },
    ],
    ["is paused", "stuck TaskQueuePaused", { paused: true, ended: 0, running: 0 }],
    ["has due tasks that nobody promotes", "stuck TasksOverdue", { ready: 0, overdue: 2 }],
    [
      "has idle workers that take nothing",
      "stuck TaskQueueStuck",
      { running: 0, ended: 0, readyChange: 0, oldestAgeSeconds: 40, oldestAgeChange: 30 },
    ],
    [
      "has a task that hangs",
      "stuck TaskQueueStuck",
      { ended: 0, readyChange: 0, oldestAgeSeconds: 900, oldestActiveSeconds: 1000 },
    ],
    [
      "has a task that hangs, and nothing waits",
      "stuck TaskQueueStuck",
      { ready: 0, readyChange: 0, ended: 0, oldestActiveSeconds: 1000 },
    ],
    [
      "has a hung training run",
      "stuck TaskQueueStuck",
      { ended: 0, oldestActiveSeconds: 22_000, averageRunSeconds: 7200 },
    ],
    [
      "ages as fast as the clock, though its last reading came late",
      "stuck TaskQueueStuck",
      {
        ended: undefined,
        readyChange: 0,
        running: 1,
        oldestAgeSeconds: 1000,
        oldestAgeChange: 25,
        readingAgeSeconds: 4,
      },
    ],
    [
      "ages as fast as the clock where nobody counts",
      "stuck TaskQueueStuck",
      { ended: undefined, readyChange: 0, running: undefined, oldestAgeSeconds: 1000, oldestAgeChange: 30 },
    ],
    ["fails too often", "failing TaskFailureRatioHigh", { ended: 100, failed: 6 }],
    ["is poisoned and slow", "failing TaskFailureRatioHigh", { ended: 6, failed: 6 }],
    [
      "has one task that fails among many that do not",
      "failing TaskFailureRatioHigh",
      {
        ended: 1000,
        failed: 30,
        outcomes: [
          { task: "good", ended: 970, failed: 0 },
          { task: "poison", ended: 30, failed: 30 },
        ],
      },
    ],
    [
      "keeps more and more failed tasks",
      "failing TaskFailureRatioHigh",
      { ended: undefined, keptFailuresChange: 25, readyChange: -1 },
    ],
    ["has an old task", "backlog TaskQueueOldestTaskTooOld", { oldestAgeSeconds: 601 }],
    ["grows", "backlog TaskQueueGrowing", { ready: 400, readyChange: 200, readyChangeLately: 60 }],
    [
      "grows with all slots busy",
      "backlog TaskSlotsExhausted",
      { ready: 400, readyChange: 200, readyChangeLately: 60, running: 4 },
    ],
  ])("%s", (_, verdict, seen) => {
    expect(verdictOf(seen)).toBe(verdict);
  });
});

test("the worst verdict decides", () => {
  const all = { oldestAgeSeconds: 5000, ended: 100, failed: 100 };
  expect(verdictOf(all)).toMatch(/^failing/);
  expect(verdictOf({ ...all, paused: true })).toMatch(/^stuck/);
  expect(verdictOf({ ...all, paused: true, workers: 0 })).toMatch(/^starving/);
  expect(verdictOf({ ...all, paused: true, workers: 0, unreadable: "timeout" })).toMatch(/^blind/);
});

test("a queue and a task have limits of their own", () => {
  const old = { ...STEADY, oldestAgeSeconds: 3000 };
  expect(judgeQueue(old, { queues: { mail: { oldestTaskSeconds: 3600 } } }).verdict).toBe("healthy");
  expect(judgeQueue(old, { queues: { other: { oldestTaskSeconds: 3600 } } }).verdict).toBe("backlog");
  const failing = { ...STEADY, ended: 100, failed: 50, outcomes: [{ task: "probe", ended: 100, failed: 50 }] };
  expect(judgeQueue(failing, { tasks: { probe: { failureRatio: 0.6 } } }).verdict).toBe("healthy");
  expect(judgeQueue(failing, { tasks: { probe: { failureRatio: 0.4 } } }).verdict).toBe("failing");
});

test("the evidence says what was seen, the decisive thing first, and what to do", () => {
  expect(
    judgeQueue({ ...STEADY, ready: 5000, readyChange: -900, readyChangeLately: -300, oldestAgeSeconds: 45 }),
  ).toEqual({
    queue: "mail",
    verdict: "healthy",
    evidence: [
      "5000 tasks wait, the oldest for 45 s, 2 of 4 slots running, 2 workers",
      "60 tasks ended, of which 1 failed, in 30 s",
      "it drains, and is empty in about 3 min at this pace",
    ],
  });
  expect(judgeQueue({ ...STEADY, workers: 0, slots: undefined, running: 0, ended: undefined })).toEqual({
    queue: "mail",
    verdict: "starving",
    cause: "no_workers",
    evidence: ["3 tasks wait and no worker is there", "3 tasks wait, the oldest for 0.4 s, 0 running, 0 workers"],
    next: expect.stringContaining("Start workers"),
    alert: "TaskWorkersGone",
  });
});
