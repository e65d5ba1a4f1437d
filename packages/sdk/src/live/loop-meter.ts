import { performance } from "node:perf_hooks";

/** Says what share of the time the event loop was busy since it was last asked, 0 to 1; nothing the first time, which is the process' start. */
export function createLoopMeter(): () => number | undefined {
  let last: ReturnType<typeof performance.eventLoopUtilization> | undefined;
  return () => {
    const now = performance.eventLoopUtilization();
    const busy = last && performance.eventLoopUtilization(now, last).utilization;
    last = now;
    return busy;
  };
}
