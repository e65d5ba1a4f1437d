import type { LiveReading } from "@taskvitals/live";
import type { BindableMeterProvider } from "@taskvitals/meter";
import type { RunningSharedTotals } from "../shared-totals/start-shared-totals.ts";
import { collectedReading } from "./collected-reading.ts";

/** Reads the instruments of taskvitals for the live page; see `LiveFeedOptions.read`. */
export type LiveSource = (isWatched: boolean) => Promise<ReadonlyMap<string, LiveReading>>;

/** Name of the source that is this process itself. */
export const PROCESS_SOURCE = "process";

/** Longest wait for the shared totals, in milliseconds. */
const TOTALS_TIMEOUT_MS = 2000;

/**
 * A source of the instruments of taskvitals alone: what the application observes is not asked, and nothing that a scrape would report is taken away from it.
 *
 * @param own - holds what this process shows itself
 * @param readingMs - the longest that a callback of ours may take
 * @param shared - the totals of the platform, which are read from the store only while somebody looks
 */
export function createLiveSource(
  own: BindableMeterProvider,
  readingMs: number,
  shared: Pick<RunningSharedTotals, "exposed"> | undefined,
): LiveSource {
  const producer = own.createProducer();
  const shown = shared?.exposed.shown.createProducer();
  return async (isWatched) => {
    const { resourceMetrics } = await producer.collect({ timeoutMillis: readingMs });
    const readings = new Map([[PROCESS_SOURCE, collectedReading(resourceMetrics)]]);
    if (shared === undefined || shown === undefined || !isWatched) return readings;
    if ((await shared.exposed.view.refresh(TOTALS_TIMEOUT_MS)) === undefined) {
      readings.set("platform", collectedReading((await shown.collect()).resourceMetrics));
    }
    return readings;
  };
}
