import { contract, UNKNOWN_VALUE } from "@taskvitals/core";
import {
  CounterRises,
  type InstantFacts,
  instantFacts,
  type Look,
  type QueueFacts,
  type Rises,
  type Sample,
} from "@taskvitals/rules";
import { DoubtWatch } from "./doubt-watch.ts";
import { HistoryRing } from "./history-ring.ts";
import {
  PLATFORM_COLUMNS,
  type PlatformColumn,
  QUEUE_COLUMNS,
  type QueueColumn,
  TASK_COLUMNS,
  type TaskColumn,
} from "./live-columns.ts";
import type { LiveReading } from "./live-reading.ts";
import { QuantileWindows, type RecentQuantiles } from "./quantile-windows.ts";
import { taskKey } from "./task-key.ts";

/** How long readings are kept, in seconds. */
export const HISTORY_SECONDS = 900;
/** Seconds between two readings. */
export const TICK_SECONDS = 5;
/** Queues and, apart from them, tasks whose past is kept; of those beyond only what is true now is known. */
const MAX_TRACKS = 1000;
/** Looks that are kept whole, for reasons of failed readings. */
const WHOLE_LOOKS = 3;

/** A task of a queue that is counted. */
export interface CountedTask {
  readonly queue: string;
  readonly task: string;
}

/** One more, so that so much time lies between the first and the last. */
const SLOTS = HISTORY_SECONDS / TICK_SECONDS + 1;
const PLATFORM = "";
const COUNTERS: ReadonlySet<string> = new Set([contract.taskSuccess.name, contract.taskFailure.name]);

/** The last quarter of an hour, as the readings showed it. */
export class LiveHistory {
  readonly queues: HistoryRing<QueueColumn> = new HistoryRing(QUEUE_COLUMNS, { slots: SLOTS, tracks: MAX_TRACKS });
  readonly tasks: HistoryRing<TaskColumn> = new HistoryRing(TASK_COLUMNS, { slots: SLOTS, tracks: MAX_TRACKS });
  readonly platform: HistoryRing<PlatformColumn> = new HistoryRing(PLATFORM_COLUMNS, { slots: SLOTS, tracks: 1 });
  readonly doubts: DoubtWatch = new DoubtWatch(HISTORY_SECONDS);
  readonly #rises = new CounterRises();
  readonly quantiles: QuantileWindows = new QuantileWindows();
  #looks: readonly Look[] = [];
  #counted: ReadonlyMap<string, readonly CountedTask[]> = new Map();
  readonly #seen = new Set<string>();
  #readAt: ReadonlyMap<string, number> = new Map();

  /** The last readings, whole, oldest first; three at most. */
  get looks(): readonly Look[] {
    return this.#looks;
  }

  /** Tasks that the newest reading counts, by queue. */
  get countedTasks(): ReadonlyMap<string, readonly CountedTask[]> {
    return this.#counted;
  }

  /** When a queue was last read, in Unix seconds, also where the newest reading could not read it. */
  readAt(queue: string): number | undefined {
    return this.#readAt.get(queue);
  }

  /** Whether readings of a queue failed since the look before; what a counter says of a queue that was removed is no failure of now. */
  isRefused(queue: string): boolean {
    const failures = (look: Look | undefined): number =>
      total([...(look?.facts.queues.get(queue)?.readErrors.values() ?? [])]);
    return failures(this.#looks.at(-1)) > failures(this.#looks.at(-2));
  }

  /** Bytes that the past takes now. */
  get bytes(): number {
    return this.queues.bytes + this.tasks.bytes + this.platform.bytes;
  }

  /**
   * Takes one reading of every source that could be read.
   *
   * @param loopBusy - share of the time in which the event loop was busy since the reading before
   */
  add(atSeconds: number, readings: ReadonlyMap<string, LiveReading>, loopBusy: number | undefined): void {
    if (atSeconds <= (this.#looks.at(-1)?.atSeconds ?? 0)) this.#forget();
    for (const source of this.#seen) if (!readings.has(source)) this.#lose(source);
    const samples = new Map([...readings].map(([source, reading]) => [source, reading.samples]));
    const facts = instantFacts([...samples.values()]);
    const look = { atSeconds, facts, rises: this.#rises.next(samples) };
    this.#looks = [...this.#looks, look].slice(-WHOLE_LOOKS);
    this.#readAt = new Map(
      [...facts.queues].flatMap(([queue, { readAtSeconds = this.#readAt.get(queue) }]) =>
        readAtSeconds === undefined ? [] : [[queue, readAtSeconds]],
      ),
    );
    this.quantiles.add(atSeconds, readings);
    this.doubts.add(atSeconds, samples);
    // Of a source that is seen for the first time nobody knows what it counted since when.
    const known = [...samples].flatMap(([source, of]) => (this.#seen.has(source) ? [of] : []));
    const counted = countedTasks([...samples.values()]);
    this.#counted = Map.groupBy(counted, ({ queue }) => queue);
    const counting = known.length === samples.size ? counted : countedTasks(known);
    for (const source of samples.keys()) this.#seen.add(source);
    for (const ring of [this.queues, this.tasks, this.platform]) ring.begin(atSeconds);
    this.#keepTasks(counting, look.rises);
    this.#keepQueues(facts, counting, look.rises);
    this.#keepPlatform(facts, counting, look.rises, [...samples.values()].flat(), loopBusy);
  }

  /** A source begins now, at 0: whatever it shows first was counted since. */
  begin(source: string): void {
    this.#seen.add(source);
    this.#rises.next(new Map([[source, []]]));
    this.quantiles.begin(source);
    this.doubts.begin(source);
  }

  /** What is counted jumped, as where kept totals are added: each source is seen for the first time again. */
  rebase(): void {
    for (const source of this.#seen) this.#lose(source);
    this.quantiles.forget();
  }

  /** What a source counts until it is seen again came over a time that no reading stands for. */
  #lose(source: string): void {
    this.#seen.delete(source);
    this.#rises.forget(source);
    this.doubts.lose(source);
  }

  /** The clock of the machine was set back. */
  #forget(): void {
    for (const ring of [this.queues, this.tasks, this.platform]) ring.clear();
    this.doubts.clear();
    this.#looks = [];
    this.#readAt = new Map();
  }

  #keepTasks(counting: readonly CountedTask[], rises: Rises): void {
    for (const { queue, task } of counting) {
      this.tasks.set(taskKey(queue, task), { ...risen(rises, queue, task), ...this.quantiles.ofTask(queue, task) });
    }
  }

  #keepQueues({ queues }: InstantFacts, counting: readonly CountedTask[], rises: Rises): void {
    const countedQueues = new Set(counting.map(({ queue }) => queue));
    const recent = this.quantiles.ofQueues();
    for (const queue of new Set([...queues.keys(), ...countedQueues])) {
      const facts = queues.get(queue);
      this.queues.set(queue, {
        ready: facts?.ready,
        oldestAgeSeconds: facts?.oldestAgeSeconds,
        overdue: facts?.states.get("overdue"),
        active: facts?.states.get("active") ?? facts?.active,
        slots: facts?.slots,
        keptFailures: facts?.states.get("failed"),
        ...(countedQueues.has(queue) ? risenOf(rises, queue) : {}),
        ...(recent.get(queue) ?? NO_QUANTILES),
      });
    }
  }

  #keepPlatform(
    { queues }: InstantFacts,
    counting: readonly CountedTask[],
    rises: Rises,
    samples: readonly Sample[],
    loopBusy: number | undefined,
  ): void {
    const known = [...queues].filter(([queue]) => queue !== UNKNOWN_VALUE);
    const all = known.map(([, one]) => one);
    const read = known
      .filter(([queue, { ready }]) => ready !== undefined || this.isRefused(queue))
      .map(([, one]) => one);
    const counted = counting.map(({ queue, task }) => risen(rises, queue, task));
    const isCounted = counted.length > 0;
    const manned = all.filter(({ slots }) => slots !== undefined);
    const running = (of: readonly QueueFacts[]): readonly (number | undefined)[] =>
      of.map(({ active, states }) => states.get("active") ?? active);
    const isRefused = known.some(([queue]) => this.isRefused(queue));
    this.platform.set(PLATFORM, {
      // Where one queue cannot be read, the sum of the others would look like fewer tasks.
      ready: whole(read.map(({ ready }) => ready)),
      // Nor is the oldest of those known the oldest of all.
      oldestAgeSeconds: most(read.map((facts) => facts.oldestAgeSeconds ?? (facts.ready === 0 ? 0 : undefined))),
      // What runs is shown beside the slots, and so of the queues that have some. Without any it is what layouts tell, of which not all do.
      active: manned.length > 0 ? whole(running(manned)) : isRefused ? undefined : partial(running(all)),
      slots: partial(all.map(({ slots }) => slots)),
      ended: isCounted ? total(counted.map(({ ended }) => ended)) : undefined,
      failed: isCounted ? total(counted.map(({ failed }) => failed)) : undefined,
      cpuPercent: firstValue(samples, contract.cpuPercent.name),
      memoryGigabytes: firstValue(samples, contract.memoryGigabytes.name),
      loopBusy,
    });
  }
}

const NO_QUANTILES: RecentQuantiles = { waitP95: undefined, runP95: undefined };

interface Risen {
  readonly ended: number;
  readonly failed: number;
  readonly retried: number;
}

function risen(rises: Rises, queue: string, task: string): Risen {
  const { failed = 0, retried = 0, succeeded = 0 } = rises.get(queue)?.get(task) ?? {};
  return { ended: succeeded + failed, failed, retried };
}

function risenOf(rises: Rises, queue: string): Risen {
  const all = [...(rises.get(queue) ?? new Map()).keys()].map((task) => risen(rises, queue, task));
  return {
    ended: total(all.map(({ ended }) => ended)),
    failed: total(all.map(({ failed }) => failed)),
    retried: total(all.map(({ retried }) => retried)),
  };
}

function countedTasks(pages: readonly (readonly Sample[])[]): readonly CountedTask[] {
  const found = new Map<string, CountedTask>();
  for (const { labels, name } of pages.flat()) {
    const { queue, task } = labels;
    if (COUNTERS.has(name) && queue !== undefined && task !== undefined)
      found.set(taskKey(queue, task), { queue, task });
  }
  return [...found.values()];
}

function firstValue(samples: readonly Sample[], name: string): number | undefined {
  return samples.find((sample) => sample.name === name)?.value;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The sum, where every part is known. */
function whole(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 || known.length < values.length ? undefined : total(known);
}

/** The sum of what is known. */
function partial(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : total(known);
}

/** The largest, where every one is known. */
function most(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 || known.length < values.length ? undefined : Math.max(...known);
}
