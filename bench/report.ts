import type { Benchmark, BenchmarkFigures, BenchmarkOutcome, BenchmarkTarget } from "./benchmark.ts";
import type { Machine } from "./machine.ts";
import { packageVersions } from "./package-versions.ts";
import { rounded } from "./statistics.ts";

/** A promise, and whether this run kept it. */
export interface ReportedTarget extends BenchmarkTarget {
  /** Whether the value is at most the limit. */
  readonly ok: boolean;
}

/** What a run says on its last line, as JSON. */
export interface Report {
  /** Name of the benchmark. */
  readonly benchmark: string;
  /** The machine, as it was before the run. */
  readonly machine: Machine;
  /** Versions of Node.js and of everything under comparison. */
  readonly versions: Readonly<Record<string, string>>;
  /** The promises, judged before their values were rounded. */
  readonly targets: readonly ReportedTarget[];
  /** Everything measured. */
  readonly figures: BenchmarkFigures;
}

/**
 * Builds the report of one run on `machine` as it was before the run; numbers are rounded to four digits, after targets were judged.
 *
 * @throws Error when a figure is not a finite number, or there is none: the benchmark is broken then, not slow
 */
export function report(benchmark: Benchmark, machine: Machine, outcome: BenchmarkOutcome): Report {
  if (outcome.targets.length === 0 || Object.keys(outcome.figures).length === 0) {
    throw new Error(`The benchmark ${benchmark.name} has no target or no figure`);
  }
  return {
    benchmark: benchmark.name,
    machine,
    versions: { node: process.versions.node, ...packageVersions(benchmark.packages ?? []), ...outcome.versions },
    targets: outcome.targets.map(({ name, value, limit }) => ({
      name,
      value: figure(name, value) as number,
      limit,
      ok: value <= limit,
    })),
    figures: figure("figures", outcome.figures) as BenchmarkFigures,
  };
}

type Figure = BenchmarkFigures[string];

function figure(name: string, value: Figure): Figure {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Error(`The figure ${name} is ${value}; expected a finite number`);
    return rounded(value);
  }
  if (typeof value !== "object") return value;
  if (isList(value)) return value.map((item, index) => figure(`${name}[${index}]`, item) as number);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, figure(`${name}.${key}`, item)]));
}

function isList(value: Figure): value is readonly number[] {
  return Array.isArray(value);
}
