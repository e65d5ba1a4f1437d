import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { AggregationTemporality } from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { meterUnderTest } from "./meter-under-test.ts";

/** Simulated hours after the one that warms up; `npm run soak` makes it more. */
const HOURS = Number(process.env.SOAK_MINUTES ?? 0) > 0 ? 50 : 5;
const SCRAPES_PER_HOUR = 240;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

async function heapBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test("queues and tasks that come and go for a long time leave memory flat", async () => {
  let time = 0;
  const { meter, provider, samples } = meterUnderTest({ maxSeries: 500, pruneIdleMs: 30_000, now: () => time });
  const delta = provider.createProducer({ selectTemporality: () => AggregationTemporality.DELTA });
  const counter = meter.createCounter("task_success_total");
  const histogram = meter.createHistogram("task_duration_seconds");
  let queues: string[] = [];
  meter.createObservableGauge("task_queue_length").addCallback((result) => {
    for (const queue of queues) result.observe(queue.length, { queue });
  });
  const scrape = async (round: number): Promise<void> => {
    time += 15_000;
    queues = Array.from({ length: 20 }, (_, index) => `queue-${round}-${index}`);
    for (const queue of queues) {
      counter.add(1, { queue, task: "pruned" });
      const bound = histogram.bind({ queue, task: "removed" });
      bound.record(round % 100);
      if (round % 2 === 0) bound.remove();
      else histogram.removeSeries({ queue, task: "removed" });
    }
    await samples();
    await delta.collect();
  };
  let round = 0;
  // An hour of scrapes every 15 s to warm up, then more to compare.
  for (; round < SCRAPES_PER_HOUR; round++) await scrape(round);
  const warm = await heapBytes();
  for (; round < (1 + HOURS) * SCRAPES_PER_HOUR; round++) await scrape(round);
  const grown = (await heapBytes()) - warm;
  expect(provider.seriesCounts().find(({ instrument }) => instrument === "task_success_total")?.live).toBeLessThan(100);
  // 48 000 label sets came and went in five hours, and each is some 500 bytes while it lives.
  expect(grown).toBeLessThan(2_000_000);
}, 600_000);
