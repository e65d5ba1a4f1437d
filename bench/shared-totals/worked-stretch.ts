import { monitorEventLoopDelay } from "node:perf_hooks";

/** What some work cost the process that did it. */
export interface WorkCost {
  readonly ms: number;
  /** Processor time of all threads. */
  readonly cpuMs: number;
  /** The longest stall of the event loop. */
  readonly stallMs: number;
}

/** Does it, and measures. */
export async function costOf(work: () => Promise<unknown>): Promise<WorkCost> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // The first stretch of a monitor is its own start.
  await new Promise((resolve) => setTimeout(resolve, 10));
  delay.reset();
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  // A stall counts when the timer that it held up has fired.
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  return { ms, cpuMs: (user + system) / 1000, stallMs: delay.max / 1e6 };
}
