import { contract } from "@taskvitals/core";
import { expect, test } from "vitest";
import { OwnNames } from "../../src/prom-client/own-names.ts";

const meets = (name: string, ...families: string[]): boolean => new OwnNames(families).meets([name]);

test("every name of the contract is ours, whether it is on the page or not", () => {
  for (const { name } of Object.values(contract)) expect(meets(name), name).toBe(true);
  expect(meets("target_info")).toBe(true);
});

test.each([
  "task_duration_seconds_bucket",
  "task_duration_seconds_sum",
  "task_duration_seconds_count",
  "task_duration_seconds_created",
  "task_success",
  "task_success_created",
  "task_queue_length_total",
])("%s is ours, as it can be derived from a name of ours", (name) => {
  expect(meets(name)).toBe(true);
});

test.each(["task_successes_total", "task_duration", "process_cpu_seconds_total", "nodejs_eventloop_lag_seconds"])(
  "%s is not ours",
  (name) => {
    expect(meets(name)).toBe(false);
  },
);

test("what is on the page is ours, and so is what an instrument becomes there", () => {
  expect(meets("orders_total", "orders_total")).toBe(true);
  expect(meets("shop_orders_total", "shop.orders")).toBe(true);
  expect(meets("orders_sum", "orders")).toBe(true);
  expect(meets("orders_total", "shop_orders_total")).toBe(false);
});
