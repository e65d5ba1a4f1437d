import { expect, test } from "vitest";
import { answersOf } from "../src/answers.ts";
import type { BrokerRow, QueueRow } from "../src/live-state.ts";

const well: QueueRow = { queue: "well", verdict: "healthy", because: "", ready: 0 };
const unread: QueueRow = { queue: "unread", verdict: "unread", because: "" };
const blind: QueueRow = { queue: "blind", verdict: "blind", because: "" };
const starving: QueueRow = { queue: "starving", verdict: "starving", because: "", alert: "TaskWorkersGone", ready: 4 };
const exhausted: QueueRow = {
  ...{ queue: "full", verdict: "backlog", because: "", alert: "TaskSlotsExhausted" },
  ...{ ready: 9, active: 4, slots: 4 },
};
const late: QueueRow = {
  ...{ queue: "late", verdict: "backlog", because: "", alert: "TaskQueueBacklogGrowing" },
  ...{ ready: 9, active: 1, slots: 4 },
};
const up: BrokerRow = { broker: "default", verdict: "healthy", because: "" };
const down: BrokerRow = { broker: "default", verdict: "away", because: "" };

test("of nothing, nothing is known", () => {
  expect(answersOf([], [], false)).toEqual({
    ...{ health: "unknown", queuesBy: {}, brokersBy: {}, stuck: [] },
    scale: { answer: "unknown", queues: [] },
  });
});

test("tasks that are counted, a broker or a queue is something, and well where no verdict says otherwise", () => {
  expect(answersOf([], [], true).health).toBe("healthy");
  expect(answersOf([up], [], false).health).toBe("healthy");
  expect(answersOf([], [well, unread], false).health).toBe("healthy");
});

test("one ill queue, or one broker that is away, asks for attention", () => {
  expect(answersOf([up], [late, well], true).health).toBe("attention");
  expect(answersOf([down], [well], true).health).toBe("attention");
  expect(answersOf([up], [blind], true).health).toBe("attention");
});

test("verdicts are counted, and the worst five named where it is stuck", () => {
  const many = Array.from({ length: 7 }, (_, nth) => ({ ...late, queue: `late-${nth}` }));
  const { brokersBy, queuesBy, stuck } = answersOf([up], [blind, ...many, unread, well], true);
  expect(queuesBy).toEqual({ blind: 1, backlog: 7, unread: 1, healthy: 1 });
  expect(brokersBy).toEqual({ healthy: 1 });
  expect(stuck).toEqual(["blind", "late-0", "late-1", "late-2", "late-3"]);
});

test("more workers help where none is there, or all are busy and more arrives", () => {
  expect(answersOf([], [starving, exhausted, late], true).scale).toEqual({
    ...{ answer: "out", queues: ["starving", "full"] },
    ...{ active: 5, slots: 8 },
  });
});

test("where slots are free, or nobody knows, somebody is to look", () => {
  expect(answersOf([], [late, unread], true).scale).toEqual({ answer: "look", queues: ["late"], active: 1, slots: 4 });
});

test("a queue that is not read leaves the answer open; that no queue is there does, too", () => {
  expect(answersOf([], [unread, well], true).scale).toEqual({ answer: "unknown", queues: ["unread"] });
  expect(answersOf([], [blind, well], true).scale).toEqual({ answer: "unknown", queues: ["blind"] });
  expect(answersOf([], [], true).scale).toEqual({ answer: "unknown", queues: [] });
});

test("where all are read and none needs more there are enough, and slots are those that are known", () => {
  const busy: QueueRow = { ...well, queue: "busy", slots: 3, active: 2 };
  expect(answersOf([], [busy, well], true).scale).toEqual({ answer: "enough", queues: [], active: 2, slots: 3 });
  const silent: QueueRow = { ...well, queue: "silent", slots: 2 };
  expect(answersOf([], [silent, busy], true).scale).toEqual({ answer: "enough", queues: [], slots: 5 });
});

test("tasks whose queue nobody knows are no queue that is not read", () => {
  const nobodys: QueueRow = { queue: "_UNKNOWN", verdict: "failing", because: "", alert: "TaskFailureRatioHigh" };
  expect(answersOf([], [nobodys, well], true).scale).toEqual({ answer: "enough", queues: [] });
  expect(answersOf([], [nobodys], true).scale).toEqual({ answer: "unknown", queues: [] });
});

test("of work that waits where nobody tells of a worker and nothing ends, it is not known whether workers are needed", () => {
  const waiting: QueueRow = { queue: "images", verdict: "healthy", because: "", ready: 10 };
  expect(answersOf([], [waiting, well], true).scale).toEqual({ answer: "unknown", queues: ["images"] });
  expect(answersOf([], [{ ...waiting, perSecond: 2 }, well], true).scale.answer).toBe("enough");
  expect(answersOf([], [{ ...waiting, workers: 1 }, well], true).scale.answer).toBe("enough");
});
