import { type AskedProcess, startAsked } from "../shared-totals/asked-process.ts";
import type { ProcessUsage } from "./process-usage.ts";
import type { WayOut } from "./simulated-worker.ts";

/** What the process of all workers has used so far. */
export interface WorkersUsage extends ProcessUsage {
  /** Over TCP, both directions, headers of HTTP and Redis included. */
  readonly bytes: number;
  /** Scrapes answered, or pushes taken. */
  readonly exchanges: number;
  readonly failures: number;
}

/** So many workers, each with an export per interval. */
export interface FleetShape {
  readonly workers: number;
  readonly intervalMs: number;
}

/** Workers in a process of their own. */
export interface RunningWorkers extends FleetShape, AsyncDisposable {
  usage(): Promise<WorkersUsage>;
  /** Hosts with ports at which they are scraped. */
  targets(): Promise<string[]>;
}

/** Starts them. `target` is the URL of the receiver where they push. */
export async function startWorkers(way: WayOut, shape: FleetShape, target = ""): Promise<RunningWorkers> {
  const { workers, intervalMs } = shape;
  const args = [way, String(workers), String(intervalMs), target];
  const child: AskedProcess = await startAsked("../paths/workers-server.ts", ...args);
  return {
    ...shape,
    usage: () => child.ask("/usage", { port: new URL(child.url).port }),
    targets: async () => {
      const { urls } = await child.ask<{ urls: string[] }>("/targets");
      return urls.map((url) => new URL(url).host);
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
