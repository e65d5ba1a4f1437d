import { contract } from "@taskvitals/core";
import { expect, test } from "vitest";
import type { PlatformColumn, QueueColumn, TaskColumn } from "../src/live-columns.ts";
import { LiveHistory } from "../src/live-history.ts";
import { taskKey } from "../src/task-key.ts";
import { ofProcess, type QueueStory, reading } from "./readings.ts";

function told(...looks: readonly Readonly<Record<string, QueueStory>>[]): LiveHistory {
  const history = new LiveHistory();
  for (const [nth, queues] of looks.entries()) history.add(1000 + 5 * nth, ofProcess(queues), undefined);
  return history;
}

function whole(history: LiveHistory, column: PlatformColumn): (number | undefined)[] {
  return history.platform.times.map((_, place) => history.platform.track("")?.at(column, place));
}

function queue(history: LiveHistory, name: string, column: QueueColumn): (number | undefined)[] {
  return history.queues.times.map((_, place) => history.queues.track(name)?.at(column, place));
}

function task(history: LiveHistory, column: TaskColumn): (number | undefined)[] {
  const track = history.tasks.track(taskKey("jobs", "train"));
  return history.tasks.times.map((_, place) => track?.at(column, place));
}

const counted = (succeeded: number, failed = 0): Readonly<Record<string, QueueStory>> => ({
  jobs: { tasks: { train: { succeeded, failed } } },
});

test("what was counted before the first look is not of the last five seconds", () => {
  const history = told(counted(500, 100), counted(503, 101));
  expect(task(history, "ended")).toEqual([undefined, 4]);
  expect(task(history, "failed")).toEqual([undefined, 1]);
  expect(queue(history, "jobs", "ended")).toEqual([undefined, 4]);
  expect(whole(history, "ended")).toEqual([undefined, 4]);
});

test("what a source counted since it began is counted, however late the first look comes", () => {
  const history = new LiveHistory();
  history.begin("process");
  history.add(
    1000,
    ofProcess({ jobs: { tasks: { train: { succeeded: 6, failed: 2, runs: [8, 0, 0, 0, 0] } } } }),
    undefined,
  );
  expect(task(history, "ended")).toEqual([8]);
  expect(task(history, "failed")).toEqual([2]);
  expect(task(history, "runP95")).toEqual([expect.closeTo(0.95, 3)]);
});

test("a task that is born is counted from 0, and one that began anew from its beginning", () => {
  const history = told({}, counted(3), counted(1));
  expect(task(history, "ended")).toEqual([undefined, 3, 1]);
});

test("where nothing ended it is 0, which is not the same as nobody counting", () => {
  const history = told({ ...counted(3), other: { ready: 1 } }, { ...counted(3), other: { ready: 1 } });
  expect(queue(history, "jobs", "ended")).toEqual([undefined, 0]);
  expect(queue(history, "other", "ended")).toEqual([undefined, undefined]);
});

test("a source that was away says first where it is: what it counted meanwhile has no time", () => {
  const history = new LiveHistory();
  const totals = (succeeded: number): ReturnType<typeof reading> => reading(counted(succeeded));
  history.add(1000, new Map([["platform", totals(10)]]), undefined);
  history.add(1005, new Map([["platform", totals(12)]]), undefined);
  history.add(1010, new Map([["process", reading({})]]), undefined);
  history.add(1015, new Map([["platform", totals(900)]]), undefined);
  history.add(1020, new Map([["platform", totals(901)]]), undefined);
  expect(task(history, "ended")).toEqual([undefined, 2, undefined, undefined, 1]);
});

test("while one queue cannot be read, the sum of the others is not what waits on the whole", () => {
  const jobs = { ready: 3, oldestAgeSeconds: 40 };
  const history = told(
    { jobs, other: { ready: 4, oldestAgeSeconds: 2 } },
    { jobs, other: { readErrors: { refused: 1 } } },
    { jobs, other: { ready: 5, oldestAgeSeconds: 1 } },
    { jobs, other: { ready: 0 } },
    { jobs, other: { ready: 9 } },
  );
  expect(whole(history, "ready")).toEqual([7, undefined, 8, 3, 12]);
  // Nobody tells the age of the last: the oldest of the others need not be the oldest of all.
  expect(whole(history, "oldestAgeSeconds")).toEqual([40, undefined, 40, 40, undefined]);
  expect(queue(history, "other", "ready")).toEqual([4, undefined, 5, 0, 9]);
});

test("a queue that is not read any more does not spoil that sum, although its failures stay counted", () => {
  const jobs = { ready: 3 };
  const gone = { readErrors: { refused: 2 } };
  expect(whole(told({ jobs, gone }, { jobs, gone }, { jobs, gone }), "ready")).toEqual([undefined, 3, 3]);
});

test("a queue of which only tasks are counted does not spoil that sum", () => {
  expect(whole(told({ jobs: { ready: 3 }, other: { tasks: { train: { succeeded: 1 } } } }), "ready")).toEqual([3]);
});

test("slots and running tasks are added up where they are known", () => {
  const history = told({
    jobs: { ready: 1, slots: 4, active: 2 },
    other: { ready: 1 },
    third: { slots: 2, active: 0 },
  });
  expect([whole(history, "slots"), whole(history, "active")]).toEqual([[6], [2]]);
});

test("while one of those queues does not tell how many of its tasks run, nor do all of them", () => {
  const jobs = { slots: 4, active: 2 };
  const history = told({ jobs, other: { slots: 2, active: 1 } }, { jobs, other: { slots: 2 } });
  expect([whole(history, "slots"), whole(history, "active")]).toEqual([
    [6, 6],
    [3, undefined],
  ]);
  const unmanned = told(
    { jobs: { active: 2 }, other: { active: 1 } },
    { jobs: { active: 2 }, other: { readErrors: { refused: 1 } } },
    { jobs: { active: 2 }, other: { ready: 1 } },
  );
  expect(whole(unmanned, "active")).toEqual([3, undefined, 2]);
});

test("figures of the process are those of its own gauges, and the share of the loop that of the tick", () => {
  const history = new LiveHistory();
  const gauges = [
    { name: contract.cpuPercent.name, labels: {}, value: 42.5 },
    { name: contract.memoryGigabytes.name, labels: {}, value: 0.25 },
  ];
  history.add(1000, new Map([["process", reading({}, gauges)]]), 0.125);
  history.add(1005, ofProcess({}), undefined);
  expect(whole(history, "cpuPercent")).toEqual([42.5, undefined]);
  expect(whole(history, "memoryGigabytes")).toEqual([0.25, undefined]);
  expect(whole(history, "loopBusy")).toEqual([0.125, undefined]);
});

test("set back, the clock begins a new history, and counting goes on", () => {
  const history = told(counted(1), counted(2));
  history.add(500, ofProcess(counted(4)), undefined);
  history.add(505, ofProcess(counted(7)), undefined);
  expect(history.tasks.times).toEqual([500, 505]);
  expect(history.looks.map(({ atSeconds }) => atSeconds)).toEqual([500, 505]);
  expect(task(history, "ended").at(-1)).toBe(3);
});

test("a queue of this process alone goes on while the totals of the platform are away", () => {
  const history = new LiveHistory();
  const own = reading({ jobs: { ready: 2 } });
  history.add(1000, new Map([["process", own]]), undefined);
  history.add(
    1005,
    new Map([
      ["process", own],
      ["platform", reading(counted(7))],
    ]),
    undefined,
  );
  history.add(
    1010,
    new Map([
      ["process", own],
      ["platform", reading(counted(9))],
    ]),
    undefined,
  );
  history.add(1015, new Map([["process", own]]), undefined);
  expect(queue(history, "jobs", "ready")).toEqual([2, 2, 2, 2]);
  expect(queue(history, "jobs", "ended")).toEqual([undefined, undefined, 2, undefined]);
  expect(history.countedTasks.size).toBe(0);
});

test("its memory is bounded, however many queues and tasks come and go", () => {
  const history = new LiveHistory();
  for (let look = 0; look < 250; look += 1) {
    const queues = Array.from({ length: 30 }, (_, nth): [string, QueueStory] => [
      `${look}-${nth}`,
      { ready: 1, tasks: { train: { succeeded: 1 } } },
    ]);
    history.add(1000 + 5 * look, ofProcess(Object.fromEntries(queues)), undefined);
  }
  expect(history.bytes).toBeLessThan(12_000_000);
  expect(history.queues.times).toHaveLength(181);
  expect((history.queues.times.at(-1) ?? 0) - (history.queues.times[0] ?? 0)).toBe(900);
});
