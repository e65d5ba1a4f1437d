import { readdirSync } from "node:fs";
import type { Benchmark } from "./benchmark.ts";

const SUFFIX = ".bench.ts";

/** Names of all benchmarks, in alphabetical order: one per file `bench/<name>.bench.ts`. */
export function benchmarkNames(): string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .toSorted();
}

/**
 * Loads the benchmark of that name.
 *
 * @throws Error when its file exports no `benchmark` of its name
 */
export async function loadBenchmark(name: string): Promise<Benchmark> {
  const file = new URL(`${name}${SUFFIX}`, import.meta.url);
  const { benchmark } = (await import(file.href)) as { benchmark?: Benchmark };
  if (benchmark?.name !== name) throw new Error(`bench/${name}${SUFFIX} exports no benchmark named ${name}`);
  return benchmark;
}
