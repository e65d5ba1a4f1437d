import type { QueueActivity } from "@taskvitals/core";
import { createMeterProvider } from "@taskvitals/meter";
import { expect, test } from "vitest";
import { SharedSlot } from "../../src/shared-totals/shared-slot.ts";

function start() {
  const counted = createMeterProvider();
  const activities: QueueActivity[] = [];
  const concurrency = new Map<string, number>();
  const slot = new SharedSlot(counted, { activities: () => activities, concurrency: () => concurrency });
  return { counter: counted.getMeter("test").createCounter("done_total"), activities, concurrency, slot };
}

test("what was counted comes first, then what runs now and the slots by queue", () => {
  const { counter, activities, concurrency, slot } = start();
  counter.add(2, { task: "send" });
  activities.push({ queue: "mails", active: 3, oldestSeconds: 1 });
  concurrency.set("mails", 4);
  const { shape, cells } = slot.read();
  expect(shape.map(({ instrument, labels }) => [instrument.name, instrument.kind, labels])).toEqual([
    ["done_total", "counter", { task: "send" }],
    ["task_active", "living", { queue: "mails" }],
    ["task_concurrency", "living", { queue: "mails" }],
  ]);
  expect(cells).toEqual(Float64Array.of(2, 3, 4));
});

test("the shape is the same object until a series comes or a queue goes", () => {
  const { counter, activities, slot } = start();
  counter.add(1, { task: "send" });
  activities.push({ queue: "mails", active: 3, oldestSeconds: 1 });
  const first = slot.read();
  activities[0] = { queue: "mails", active: 5, oldestSeconds: 1 };
  const second = slot.read();
  expect(second.shape).toBe(first.shape);
  expect([...second.cells]).toEqual([1, 5]);
  activities.length = 0;
  const third = slot.read();
  expect(third.shape).not.toBe(first.shape);
  expect([...third.cells]).toEqual([1]);
  counter.add(1, { task: "receive" });
  const fourth = slot.read();
  expect(fourth.shape[0]).toBe(first.shape[0]);
  expect([...fourth.cells]).toEqual([1, 1]);
});

test("sums are rounded down so that adding them up is exact in any order", () => {
  const { counter, slot } = start();
  counter.add(0.1);
  expect(slot.read().cells[0]).toBe(Math.floor(0.1 * 2 ** 20) / 2 ** 20);
});
