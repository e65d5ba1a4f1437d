import { setImmediate } from "node:timers/promises";
import { collectGarbage } from "../collect-garbage.ts";
import { createWriter, type WriterName } from "./writers.ts";

/** A process of its own: prints the bytes that one series costs, on the heap and resident, before and after scrapes. */
const [name, sets] = process.argv.slice(2);
const count = Number(sets);

async function used(): Promise<{ readonly heap: number; readonly resident: number }> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await setImmediate();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

// Code and page buffers of a small run first, so that they are not taken for series.
await createWriter(name as WriterName, 100, 10).render();
const before = await used();
const writer = createWriter(name as WriterName, count, 10);
const recorded = await used();
for (let scrape = 0; scrape < 3; scrape++) await writer.render();
const scraped = await used();
writer.record(0, 0);
process.stdout.write(
  JSON.stringify({
    heap_bytes: (recorded.heap - before.heap) / count,
    resident_bytes: (recorded.resident - before.resident) / count,
    heap_bytes_after_scrapes: (scraped.heap - before.heap) / count,
    resident_bytes_after_scrapes: (scraped.resident - before.resident) / count,
  }),
);
