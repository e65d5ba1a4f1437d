import { performance } from "node:perf_hooks";

/** Says what share of the time the event loop was busy since it was last asked, 0 to 1. */
export function createLoopMeter(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
