import { expect, it } from "vitest";
import { WorkersByQueue } from "../../src/also-emit/queue-workers.ts";

it("counts a worker in each queue that it takes from, and a queue that lost its last one as 0", () => {
  const workers = new WorkersByQueue();
  expect(workers.count(new Map()).size).toBe(0);
  const answers = new Map([
    ["one@a", { queues: ["mails", "images"], slots: 4 }],
    ["two@a", { queues: ["mails"], slots: 2 }],
  ]);
  expect([...workers.count(answers)]).toEqual([
    ["mails", { workers: 2, processes: 6 }],
    ["images", { workers: 1, processes: 4 }],
  ]);
  expect([...workers.count(new Map())]).toEqual([
    ["mails", { workers: 0, processes: 0 }],
    ["images", { workers: 0, processes: 0 }],
  ]);
});
