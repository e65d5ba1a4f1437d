import { describe, expect, it } from "vitest";
import { type LabelledEvent, TaskLabels } from "../../src/also-emit/task-labels.ts";

/** Labels of events, and what came out of them as `type name queue`. */
function labels(taskQueues: Readonly<Record<string, string>> = {}, maxTasks?: number) {
  const events: LabelledEvent[] = [];
  const told = (): readonly string[] => events.map(({ name, queueName, type }) => `${type} ${name} ${queueName}`);
  return { labels: new TaskLabels({ taskQueues, maxTasks, onLabelled: (event) => events.push(event) }), events, told };
}

const worker = { hostname: "one@host-1", pid: 7 };
const sent = { type: "task-sent", uuid: "a", name: "resize", queue: "images", hostname: "gen9@web-1" };
const received = { ...worker, type: "task-received", uuid: "a", name: "resize" };
const succeeded = { ...worker, type: "task-succeeded", uuid: "a", runtime: 0.5, result: "secret" };

it("gives the events of a worker the queue that the producer told", () => {
  const { events, labels: tasks, told } = labels();
  for (const event of [sent, received, succeeded]) tasks.take(event, 0);
  expect(told()).toEqual(["task-sent resize images", "task-received resize images", "task-succeeded resize images"]);
  expect(events.map(({ hostname }) => hostname)).toEqual(["web-1", "host-1", "host-1"]);
  expect(events.at(-1)?.runtimeSeconds).toBe(0.5);
  expect(JSON.stringify(events)).not.toContain("secret");
});

it("waits for a producer that speaks after the worker", () => {
  const { labels: tasks, told } = labels();
  tasks.take(received, 0);
  tasks.take(succeeded, 10);
  expect(told()).toEqual([]);
  tasks.take(sent, 20);
  expect(told()).toEqual(["task-sent resize images", "task-received resize images", "task-succeeded resize images"]);
});

describe("where no producer tells the queue", () => {
  it("waits once, and then has Celery's default queue, as the old exporter does", () => {
    const { labels: tasks, told } = labels();
    tasks.take(received, 0);
    tasks.settle(1999);
    expect(told()).toEqual([]);
    tasks.settle(2000);
    tasks.take({ ...received, uuid: "b" }, 2001);
    expect(told()).toEqual(["task-received resize celery", "task-received resize celery"]);
  });

  it("has the queue that the configuration names for the task", () => {
    const { labels: tasks, told } = labels({ resize: "images" });
    tasks.take(received, 0);
    expect(told()).toEqual(["task-received resize images"]);
  });
});

it("has no name for a task that began before anything was read", () => {
  const { labels: tasks, told } = labels();
  tasks.take(succeeded, 0);
  expect(told()).toEqual(["task-succeeded None celery"]);
});

it("takes the class of an exception from its text, and nothing else of it", () => {
  const { events, labels: tasks } = labels();
  tasks.take(sent, 0);
  tasks.take({ ...worker, type: "task-failed", uuid: "a", exception: "ValueError('card 4111')" }, 1);
  tasks.take({ ...worker, type: "task-failed", uuid: "a", exception: "odd text" }, 2);
  expect(events.slice(1).map(({ exception }) => exception)).toEqual(["ValueError", "UnknownException"]);
});

it("forgets the oldest of too many tasks, whose events are told as far as they are known", () => {
  const { labels: tasks, told } = labels({}, 2);
  for (const uuid of ["a", "b", "c"]) tasks.take({ ...received, uuid }, 0);
  expect(told()).toEqual(["task-received resize celery"]);
});

it("leaves events alone that are not of tasks", () => {
  const { labels: tasks, told } = labels();
  for (const event of [
    { type: "worker-heartbeat", uuid: "a" },
    { type: "task-sent" },
    { type: "toString", uuid: "a" },
  ]) {
    tasks.take(event, 0);
  }
  expect(told()).toEqual([]);
});
