import { setTimeout as wait } from "node:timers/promises";
import type { Collector } from "../../test/services/index.ts";

const LOOKS = 8;
const GAP_MS = 250;

/** The largest heap that the Collector reports in a while, in bytes: garbage collection lets it rise and fall. */
export async function collectorHeapBytes({ ownMetricsUrl }: Pick<Collector, "ownMetricsUrl">): Promise<number> {
  let largest = 0;
  for (let look = 0; look < LOOKS; look++) {
    const page = await (await fetch(ownMetricsUrl)).text();
    const heap = /^otelcol_process_runtime_heap_alloc_bytes\S* (\S+)$/m.exec(page)?.[1];
    if (heap === undefined) throw new Error(`The Collector reports no heap:\n${page.slice(0, 2000)}`);
    largest = Math.max(largest, Number(heap));
    await wait(GAP_MS);
  }
  return largest;
}
