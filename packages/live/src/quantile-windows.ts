import { contract } from "@taskvitals/core";
import { DurationWindow, recentP95 } from "./duration-window.ts";
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

interface TaskWindow {
  readonly kind: Kind;
  readonly window: DurationWindow;
  seen: number;
}

interface TaskWindows {
  readonly queue: string;
  /** Of each source apart: what they count is added up. */
  readonly windows: Map<string, TaskWindow>;
  recent: RecentQuantiles;
}

/** How long tasks waited and ran lately, by task and by queue. */
export class QuantileWindows {
  readonly #tasks = new Map<string, TaskWindows>();
  readonly #sources = new Set<string>();
  #queues: ReadonlyMap<string, RecentQuantiles> = new Map();
  #look = 0;

  /** A source begins now, at 0. */
  begin(source: string): void {
    this.#sources.add(source);
  }

  /** Takes the next look at each source. What a source no longer shows is forgotten. */
  add(atSeconds: number, readings: ReadonlyMap<string, LiveReading>): void {
    this.#look += 1;
    for (const source of this.#sources) if (!readings.has(source)) this.#sources.delete(source);
    for (const [source, { histograms }] of readings) {
      for (const histogram of histograms) this.#addOne(atSeconds, source, histogram);
      this.#sources.add(source);
    }
    for (const [key, task] of this.#tasks) {
      for (const [id, { seen }] of task.windows) if (seen !== this.#look) task.windows.delete(id);
      if (task.windows.size === 0) this.#tasks.delete(key);
      else task.recent = quantiles([task]);
    }
    const byQueue = Map.groupBy(this.#tasks.values(), ({ queue }) => queue);
    this.#queues = new Map([...byQueue].map(([queue, tasks]) => [queue, quantilesOfAll(tasks)]));
  }

  /** Forgets every source: each is seen for the first time again. */
  forget(): void {
    this.#sources.clear();
    this.#tasks.clear();
    this.#queues = new Map();
  }

  /** Those of one task. */
  ofTask(queue: string, task: string): RecentQuantiles {
    return this.#tasks.get(taskKey(queue, task))?.recent ?? UNKNOWN;
  }

  /** Those of all queues, each over its tasks. */
  ofQueues(): ReadonlyMap<string, RecentQuantiles> {
    return this.#queues;
  }

  #addOne(atSeconds: number, source: string, histogram: HistogramSample): void {
    const kind = KINDS.get(histogram.name);
    const { queue, task } = histogram.labels;
    if (kind === undefined || queue === undefined || task === undefined) return;
    const key = taskKey(queue, task);
    let found = this.#tasks.get(key);
    if (found === undefined) {
      found = { queue, windows: new Map(), recent: UNKNOWN };
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

const UNKNOWN: RecentQuantiles = { waitP95: undefined, runP95: undefined };

function quantilesOfAll(tasks: readonly TaskWindows[]): RecentQuantiles {
  const [only] = tasks;
  return tasks.length === 1 && only !== undefined ? only.recent : quantiles(tasks);
}

function quantiles(tasks: readonly TaskWindows[]): RecentQuantiles {
  const windows: Record<Kind, DurationWindow[]> = { waitP95: [], runP95: [] };
  for (const task of tasks) for (const { kind, window } of task.windows.values()) windows[kind].push(window);
  return { waitP95: recentP95(windows.waitP95), runP95: recentP95(windows.runP95) };
}
