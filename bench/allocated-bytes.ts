import { collectGarbage } from "./collect-garbage.ts";

/**
 * Bytes that one of `times` repetitions allocates, to a tenth of a byte. The smallest of some attempts: what the
 * compiler or the harness allocate meanwhile is not the contender's. `times` must be few enough that no collection
 * comes in between.
 */
export function allocatedBytes(run: (times: number) => void, times: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 10; attempt++) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    run(times);
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  return Math.max(0, Math.round((least / times) * 10) / 10);
}
