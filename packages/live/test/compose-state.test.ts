import { contract } from "@taskvitals/core";
import type { SomeThresholds } from "@taskvitals/rules";
import { expect, test } from "vitest";
import { composeState } from "../src/compose-state.ts";
import { LiveHistory } from "../src/live-history.ts";
import type { LiveReading } from "../src/live-reading.ts";
import type { LiveState } from "../src/live-state.ts";
import { ofProcess, type QueueStory, reading } from "./readings.ts";

const AROUND = {
  about: { service: "platform", pid: 1, tasksOf: "process", metricsPath: "/metrics" },
  tickSeconds: 5,
  since: 1000,
} as const;

/** The state after these readings, one each 5 s. */
function stateAfter(...looks: readonly ReadonlyMap<string, LiveReading>[]): LiveState {
  return stateBy({}, ...looks);
}

function stateBy(values: SomeThresholds, ...looks: readonly ReadonlyMap<string, LiveReading>[]): LiveState {
  const history = new LiveHistory();
  for (const [nth, look] of looks.entries()) history.add(1000 + 5 * nth, look, 0.5);
  return JSON.parse(JSON.stringify(composeState(history, AROUND, { values }))) as LiveState;
}

function brokers(samples: Readonly<Record<string, number>>): ReadonlyMap<string, LiveReading> {
  const of = Object.entries(samples).map(([name, value]) => ({ name, labels: { broker: "default" }, value }));
  return new Map([["process", reading({}, of)]]);
}

test("before the first reading everything is unknown, and nothing is 0", () => {
  const state = stateAfter();
  expect(state).toMatchObject({ at: 0, brokers: [], queues: [], tasks: [], process: {} });
  expect(state.answers).toMatchObject({ health: "unknown", scale: { answer: "unknown" } });
});

test("a queue shows what its newest reading said, and nothing that it did not", () => {
  const jobs = { ready: 7, oldestAgeSeconds: 12, slots: 4, active: 2, readAtSeconds: 1004.9, paused: false };
  const { queues } = stateAfter(ofProcess({ jobs }));
  expect(queues).toEqual([
    {
      ...{ queue: "jobs", verdict: "healthy", because: expect.stringContaining("7 tasks wait") as unknown },
      ...{ ready: 7, oldestAgeSeconds: 12, slots: 4, active: 2, readAt: 1004, paused: false },
    },
  ]);
});

test("counts are of the window of the alert, rates of the last minute, percentiles of the last one to two", () => {
  const ticks = Array.from({ length: 21 }, (_, nth) =>
    ofProcess({
      jobs: {
        ready: 0,
        tasks: { train: { succeeded: 9 * nth, failed: nth, retried: 2 * nth, runs: [nth, 0, 0, 0, 0] } },
      },
    }),
  );
  const { queues, tasks } = stateAfter(...ticks);
  const counts = { ended: 200, retried: 40, perSecond: 2, failureRatio: 0.1, runP95: 0.95 };
  expect(tasks).toEqual([{ queue: "jobs", task: "train", ...counts }]);
  expect(queues[0]).toMatchObject(counts);
});

test("where no task ended there is no share of failures", () => {
  const idle = ofProcess({ jobs: { ready: 0, tasks: { train: { succeeded: 5, failed: 5 } } } });
  const [task] = stateAfter(idle, idle).tasks;
  expect(task).toEqual({ queue: "jobs", task: "train", ended: 0, retried: 0, perSecond: 0 });
});

test("a queue that cannot be read says why with the very next reading, shows no old number, and recovers with the next one", () => {
  const readable: QueueStory = { ready: 3, oldestAgeSeconds: 9, readAtSeconds: 1000 };
  const looks = [ofProcess({ jobs: readable }), ofProcess({ jobs: { readErrors: { refused: 1 } } })];
  const [refused] = stateAfter(...looks).queues;
  expect(refused).toMatchObject({ verdict: "blind", cause: "unreadable", reason: "refused", readAt: 1000 });
  expect(refused?.because).toContain("refused");
  for (const key of ["ready", "oldestAgeSeconds"]) expect(refused).not.toHaveProperty(key);
  const [never] = stateAfter(ofProcess({ jobs: { readErrors: { refused: 1 } } })).queues;
  expect(never).not.toHaveProperty("readAt");
  const [again] = stateAfter(...looks, ofProcess({ jobs: { ...readable, readErrors: { refused: 1 } } })).queues;
  expect(again).toMatchObject({ verdict: "healthy", ready: 3 });
  expect(again).not.toHaveProperty("reason");
});

test("the worst comes first, and names decide between equals", () => {
  const { answers, queues } = stateAfter(
    ofProcess({
      ...{ b: { ready: 0 }, a: { ready: 0 }, c: { ready: 3, workers: 0 } },
      d: { tasks: { train: { succeeded: 1 } } },
      e: { readErrors: { timeout: 3 } },
    }),
  );
  expect(queues.map(({ queue, verdict }) => `${queue} ${verdict}`)).toEqual([
    ...["e blind", "c starving", "d unread", "a healthy", "b healthy"],
  ]);
  expect(answers.stuck).toEqual(["e", "c"]);
  expect(answers.queuesBy).toEqual({ blind: 1, starving: 1, unread: 1, healthy: 2 });
});

test("a queue that was removed is gone with the next reading", () => {
  const { queues } = stateAfter(ofProcess({ a: { ready: 1 }, b: { ready: 1 } }), ofProcess({ b: { ready: 1 } }));
  expect(queues.map(({ queue }) => queue)).toEqual(["b"]);
});

test("a broker that does not answer is down at once, and its old figures are not shown", () => {
  const well = {
    ...{ [contract.brokerUp.name]: 1, [contract.brokerPing.name]: 0.001 },
    ...{ [contract.brokerMemory.name]: 100, [contract.brokerMemoryLimit.name]: 200 },
  };
  expect(stateAfter(brokers(well)).brokers[0]).toMatchObject({
    ...{ broker: "default", verdict: "healthy" },
    ...{ pingSeconds: 0.001, memoryBytes: 100, memoryLimitBytes: 200 },
  });
  const { answers, brokers: rows } = stateAfter(brokers(well), brokers({ [contract.brokerUp.name]: 0 }));
  expect(rows[0]?.verdict).not.toBe("healthy");
  expect(rows[0]).not.toHaveProperty("memoryBytes");
  expect(answers.health).toBe("attention");
  expect(stateAfter(brokers(well), brokers({ [contract.brokerUp.name]: 0 }), brokers(well)).answers.health).toBe(
    "healthy",
  );
});

test("tasks whose queue nobody knows are rows of tasks, and no queue while they succeed", () => {
  const ticks = [0, 4].map((succeeded) => ofProcess({ _UNKNOWN: { tasks: { train: { succeeded, failed: 0 } } } }));
  const { queues, tasks } = stateAfter(...ticks);
  expect(queues).toEqual([]);
  expect(tasks).toEqual([{ queue: "_UNKNOWN", task: "train", ended: 4, retried: 0, perSecond: 0.8, failureRatio: 0 }]);
});

test("the process shows its newest figures", () => {
  const gauges = [{ name: contract.cpuPercent.name, labels: {}, value: 42.5 }];
  expect(stateAfter(new Map([["process", reading({}, gauges)]])).process).toEqual({ cpuPercent: 42.5, loopBusy: 0.5 });
  expect(stateAfter(new Map([["process", reading({}, gauges)]]), ofProcess({})).process).toEqual({ loopBusy: 0.5 });
});

test("a broker is slow by the median of the last three pings, and shows the last one", () => {
  const { brokerPing, brokerUp } = contract;
  const after = (...pings: readonly number[]): object =>
    stateAfter(...pings.map((ping) => brokers({ [brokerUp.name]: 1, [brokerPing.name]: ping }))).brokers[0] ?? {};
  expect(after(0.001, 0.001, 0.5)).toMatchObject({ verdict: "healthy", pingSeconds: 0.5 });
  expect(after(0.5, 0.001, 0.4)).toMatchObject({
    verdict: "slow",
    because: "it answers a ping in 400 ms (limit 100 ms)",
  });
  expect(after(0.4, 0.5, 0.001, 0.001)).toMatchObject({ verdict: "healthy" });
});

test("missed events are a doubt where they are more than the threshold allows", () => {
  const looks = [0, 3].map((missed) => brokers({ [contract.eventsMissed.name]: missed }));
  expect(stateBy({}, ...looks).doubts).toEqual([{ doubt: "events_missed", of: "default", count: 3 }]);
  expect(stateBy({ eventsMissed: 3 }, ...looks).doubts).toEqual([]);
});

test("a broker that answers says how many tasks are not acknowledged; of one that does not, nobody knows", () => {
  const { brokerUnacked, brokerUp } = contract;
  const unacked = (up: number): number | undefined =>
    stateAfter(brokers({ [brokerUp.name]: up, [brokerUnacked.name]: 4 })).brokers[0]?.unacked;
  expect([unacked(1), unacked(0)]).toEqual([4, undefined]);
});
