import type { BenchmarkContext } from "../benchmark.ts";
import type { WindowSize } from "./measured-window.ts";
import type { FleetShape } from "./running-workers.ts";

/** One fleet, and how long it is watched. */
export interface PathSize {
  readonly fleet: FleetShape;
  readonly window: WindowSize;
  readonly progress: BenchmarkContext["progress"];
  /** Processor time per second, in milliseconds, of the same workers without any way out. */
  readonly workersAloneCpuMs: number;
}

/** Exports per minute of a worker that is scraped, or pushes, as it is by default: every 15 s. */
export const EXPORTS_PER_MINUTE = 4;
/** Writings per minute of a worker that shares its totals, by default: every 5 s. */
export const WRITINGS_PER_MINUTE = 12;

/** Share of the exports that were due and took place; below 1 the machine could not keep up. */
export function keptUp({ workers, intervalMs }: FleetShape, exportsPerSecond: number): number {
  return exportsPerSecond / ((1000 * workers) / intervalMs);
}
