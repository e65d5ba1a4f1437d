import { expect, test } from "vitest";
import type { Benchmark, BenchmarkOutcome } from "./benchmark.ts";
import { report } from "./report.ts";

const run = (): Promise<BenchmarkOutcome> => Promise.reject(new Error("not run here"));
const machine = { cpu: "a processor", cores: 2, memory: "4.0 GiB", os: "linux 6", arch: "x64", load: 0 };
const benchmark: Benchmark = { name: "example", describe: "What?", packages: ["vitest"], run };

test("holds the machine, the versions, the judged targets and the figures", () => {
  const { machine: reported, ...rest } = report(benchmark, machine, {
    targets: [
      { name: "slow_ms", value: 25.00001, limit: 25 },
      { name: "fast_ms", value: 25, limit: 25 },
    ],
    figures: { ours: { p50_ms: 1.23456, rounds_ms: [1, 2.000049] } },
    versions: { "redis-server": "7.0.15" },
  });
  expect(rest).toEqual({
    benchmark: "example",
    versions: {
      node: process.versions.node,
      vitest: expect.stringMatching(/^\d+\.\d+\.\d+/),
      "redis-server": "7.0.15",
    },
    targets: [
      { name: "slow_ms", value: 25, limit: 25, ok: false },
      { name: "fast_ms", value: 25, limit: 25, ok: true },
    ],
    figures: { ours: { p50_ms: 1.235, rounds_ms: [1, 2] } },
  });
  expect(reported).toBe(machine);
});

const target = { name: "slow_ms", value: 24, limit: 25 };

test("a figure that is no finite number is a broken benchmark, not a slow one", () => {
  const outcome = { targets: [{ ...target, value: Number.NaN }], figures: { ours: 1 } };
  expect(() => report(benchmark, machine, outcome)).toThrow("slow_ms is NaN");
  const nested = { targets: [target], figures: { ours: { per_second: Number.POSITIVE_INFINITY } } };
  expect(() => report(benchmark, machine, nested)).toThrow("figures.ours.per_second is Infinity");
});

test("a benchmark without a target or a figure is broken", () => {
  expect(() => report(benchmark, machine, { targets: [], figures: { ours: 1 } })).toThrow("no target or no figure");
  expect(() => report(benchmark, machine, { targets: [target], figures: {} })).toThrow("no target or no figure");
});

test("a package that is not installed is a broken benchmark", () => {
  const outcome = { targets: [target], figures: { ours: 1 } };
  expect(() => report({ ...benchmark, packages: ["no-such-package"] }, machine, outcome)).toThrow("ENOENT");
});
