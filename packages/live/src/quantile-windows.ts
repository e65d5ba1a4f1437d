import { contract } from "@taskvitals/core";
import { DurationWindow, p95 } from "./duration-window.ts";
import type { HistogramSample, LiveReading } from "./live-reading.ts";
import { taskKey } from "./task-key.ts";

/** Quantiles of lately. */
export interface RecentQuantiles {
  readonly waitP95: number | undefined;
  readonly runP95: number | undefined;
}

type Kind = keyof RecentQuantiles;

const KINDS: ReadonlyMap<string, Kind> = new Map([
  [contract.taskWait.name, "waitP95"],
  [contract.taskDuration.name, "runP95"],
]);

interface TaskWindows {
  readonly queue: string;
  /** Of each source apart: what they count is added up. */
  readonly windows: Map<string, { readonly kind: Kind; readonly window: DurationWindow; seen: number }>;
}

/** How long tasks waited and ran lately, by task and by queue. */
export class QuantileWindows {
  readonly #tasks = new Map<string, TaskWindows>();
  readonly #sources = new Set<string>();
  #look = 0;

  /** Takes the next look at each source. What a source no longer shows is forgotten. */
  add(atSeconds: number, readings: ReadonlyMap<string, LiveReading>): void {
    this.#look += 1;
    for (const source of this.#sources) if (!readings.has(source)) this.#sources.delete(source);
    for (const [source, { histograms }] of readings) {
      for (const histogram of histograms) this.#addOne(atSeconds, source, histogram);
      this.#sources.add(source);
    }
    for (const [key, { windows }] of this.#tasks) {
      for (const [id, { seen }] of windows) if (seen !== this.#look) windows.delete(id);
      if (windows.size === 0) this.#tasks.delete(key);
    }
  }

  /** Those of one task. */
  ofTask(queue: string, task: string): RecentQuantiles {
    const found = this.#tasks.get(taskKey(queue, task));
    return quantiles(found === undefined ? [] : [found]);
  }

  /** Those of all queues, each over its tasks. */
  ofQueues(): ReadonlyMap<string, RecentQuantiles> {
    const byQueue = Map.groupBy(this.#tasks.values(), ({ queue }) => queue);
    return new Map([...byQueue].map(([queue, tasks]) => [queue, quantiles(tasks)]));
  }

  #addOne(atSeconds: number, source: string, histogram: HistogramSample): void {
    const kind = KINDS.get(histogram.name);
    const { queue, task } = histogram.labels;
    if (kind === undefined || queue === undefined || task === undefined) return;
    const key = taskKey(queue, task);
    let found = this.#tasks.get(key);
    if (found === undefined) {
      found = { queue, windows: new Map() };
      this.#tasks.set(key, found);
    }
    const id = `${kind} ${source}`;
    const known = found.windows.get(id);
    if (known === undefined) {
      // A series that appears in a source that was seen before was born since.
      const window = new DurationWindow(atSeconds, histogram, this.#sources.has(source));
      found.windows.set(id, { kind, window, seen: this.#look });
    } else {
      known.window.add(atSeconds, histogram);
      known.seen = this.#look;
    }
  }
}

function quantiles(tasks: readonly TaskWindows[]): RecentQuantiles {
  const all = tasks.flatMap(({ windows }) => [...windows.values()]);
  const of = (wanted: Kind): number | undefined =>
    p95(all.flatMap(({ kind, window }) => (kind === wanted ? [window.lately] : [])));
  return { waitP95: of("waitP95"), runP95: of("runP95") };
}
