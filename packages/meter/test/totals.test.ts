import { expect, test } from "vitest";
import { type BindableMeterProvider, createMeterProvider } from "../src/index.ts";

const NAMES = ["task_success_total", "task_duration_seconds"];
const labels = { task: "train", queue: "gpu" };

function start(bounds = [1, 10]) {
  const provider = createMeterProvider();
  const meter = provider.getMeter("test");
  const success = meter.createCounter("task_success_total");
  const duration = meter.createHistogram("task_duration_seconds", { advice: { explicitBucketBoundaries: bounds } });
  meter.createCounter("other_total").add(1);
  return { provider, success, duration };
}

const page = async (provider: BindableMeterProvider): Promise<string> =>
  (await provider.createExposition().render()).text();

test("totals that were kept continue in another process, through JSON", async () => {
  const first = start();
  first.success.add(3, labels);
  for (const seconds of [0.5, 20]) first.duration.record(seconds, labels);
  const kept = JSON.parse(JSON.stringify(first.provider.totals(NAMES)));
  expect(kept).toEqual([
    { instrument: "task_success_total", attributes: labels, cells: [3], bounds: [] },
    { instrument: "task_duration_seconds", attributes: labels, cells: [2, 20.5, 0.5, 20, 1, 0, 1], bounds: [1, 10] },
  ]);

  const second = start();
  second.success.bind(labels).add(1);
  second.duration.record(5, labels);
  expect(second.provider.addTotals(kept)).toBe(0);
  second.success.add(1, labels);
  expect(second.provider.totals(NAMES)).toMatchObject([{ cells: [5] }, { cells: [3, 25.5, 0.5, 20, 1, 1, 1] }]);
  expect(await page(second.provider)).toContain('task_success_total{queue="gpu",task="train"} 5\n');
});

test("an empty histogram that is added keeps the smallest and the largest value", () => {
  const { provider, duration } = start();
  const empty = start();
  empty.duration.bind(labels);
  duration.record(5, labels);
  expect(provider.addTotals(empty.provider.totals(NAMES))).toBe(0);
  expect(provider.totals(["task_duration_seconds"])[0]?.cells).toEqual([1, 5, 5, 5, 0, 1, 0]);
});

test("what does not fit is refused and counted, and the rest is added", () => {
  const { provider, success, duration } = start();
  success.add(3, labels);
  duration.record(5, labels);
  const kept = provider.totals(NAMES);
  const other = start([1, 5]);
  const hostile = [
    { ...kept[0], cells: [Number.NaN] },
    { ...kept[0], cells: [-1] },
    { ...kept[0], cells: ["3"] },
    { ...kept[0], cells: [] },
    { ...kept[0], instrument: "unknown_total" },
  ] as typeof kept;
  expect(other.provider.addTotals([...kept, ...hostile])).toBe(6);
  expect(other.provider.totals(NAMES)).toEqual([kept[0]]);
});

test("series that are cleared are gone from the page, and may be born anew", async () => {
  const { provider, success } = start();
  success.add(3, labels);
  provider.clearTotals(NAMES);
  expect(await page(provider)).not.toContain("task_success_total");
  success.add(1, labels);
  expect(await page(provider)).toContain('task_success_total{queue="gpu",task="train"} 1\n');
  expect(await page(provider)).toContain("other_total 1\n");
});
