import { describe, expect, it } from "vitest";
import { StateStore } from "../../client/state-store.ts";
import type { LiveChange, LiveState } from "../../src/live-state.ts";

const state: LiveState = {
  at: 1000,
  tickSeconds: 5,
  since: 900,
  about: { service: "api", pid: 1, tasksOf: "process", metricsPath: "/metrics" },
  answers: { health: "healthy", queuesBy: {}, brokersBy: {}, stuck: [], scale: { answer: "enough", queues: [] } },
  doubts: [],
  brokers: [],
  queues: [
    { queue: "a", verdict: "healthy", because: "" },
    { queue: "b", verdict: "healthy", because: "", ready: 1 },
  ],
  tasks: [{ queue: "a", task: "x" }],
  process: {},
};

const nothing: LiveChange = { ...state, queues: [], tasks: [], goneQueues: [], goneTasks: [] };

/** A store whose clocks stand at `clock.now`, in seconds. */
function storeAt(clock: { now: number; wall?: number }): StateStore {
  return new StateStore(
    () => 1000 * clock.now,
    () => 1000 * (clock.wall ?? clock.now),
  );
}

describe("changes", () => {
  it("replace rows, add new ones, take away those that are gone, and keep the order that the server gives", () => {
    const store = storeAt({ now: 0 });
    store.replace(state);
    store.apply({
      ...nothing,
      at: 1005,
      queues: [
        { queue: "b", verdict: "stuck", because: "it is paused" },
        { queue: "c", verdict: "healthy", because: "" },
      ],
      tasks: [{ queue: "a", task: "b" }],
      goneQueues: ["a"],
      goneTasks: [["a", "x"]],
      order: ["b", "c"],
    });
    expect(store.state?.queues.map(({ queue, ready, verdict }) => [queue, verdict, ready])).toEqual([
      ["b", "stuck", undefined],
      ["c", "healthy", undefined],
    ]);
    expect(store.state?.tasks).toEqual([{ queue: "a", task: "b" }]);
    expect(store.state).not.toHaveProperty("goneQueues");
  });

  it("that say nothing of a failure end it", () => {
    const store = storeAt({ now: 0 });
    store.replace({ ...state, failure: "no source" });
    store.apply({ ...nothing, at: 1005 });
    expect(store.state?.failure).toBeUndefined();
  });

  it("before the first state are dropped", () => {
    const store = storeAt({ now: 0 });
    store.apply(nothing);
    expect(store.state).toBeUndefined();
  });
});

describe("the time of the process", () => {
  it("goes on by itself from the last reading, whatever the clock here says", () => {
    const clock = { now: 50, wall: 4000 };
    const store = storeAt(clock);
    store.replace(state);
    clock.now = 57;
    expect(store.serverNow).toBe(1007);
    expect(store.silentSeconds).toBe(7);
  });

  it("goes on while readings fail: the process is heard, and its numbers age", () => {
    const clock = { now: 50 };
    const store = storeAt(clock);
    store.replace(state);
    clock.now = 62;
    store.apply({ ...nothing, failure: "no source" });
    expect(store.serverNow).toBe(1012);
    expect(store.silentSeconds).toBe(0);
  });

  it("comes from both clocks where the first thing heard is that readings fail", () => {
    const store = storeAt({ now: 50, wall: 1030 });
    store.replace({ ...state, failure: "no source" });
    expect(store.serverNow).toBe(1030);
  });
});
