import { expect, test } from "vitest";
import { kneeOf } from "./knee.ts";

test("the knee is the limit that the fewest workers reach", () => {
  const cpuMs = { Prometheus: 6, "the Collector": 60 };
  expect(kneeOf({ cpuMs })).toEqual({ workers: 1000, first: "one core of the Collector" });
  expect(kneeOf({ cpuMs, scrapeMs: { "its page": 20 } })).toEqual({ workers: 500, first: "its page takes 10 s" });
  expect(kneeOf({ cpuMs, memory: { "the Collector": { bytes: 1e6, limit: 3e8 } } })).toEqual({
    workers: 300,
    first: "memory of the Collector",
  });
});

test("a cost that vanished in the noise is no limit", () => {
  expect(kneeOf({ cpuMs: { Redis: -0.5, Prometheus: 6 } })).toEqual({
    workers: 10_000,
    first: "one core of Prometheus",
  });
});
