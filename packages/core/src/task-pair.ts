import type { Attributes, Counter, Histogram, Meter } from "@opentelemetry/api";
import { type BoundCounter, type BoundHistogram, bindCounter, bindHistogram } from "./bound-instrument.ts";
import { contract, OTHER_VALUE } from "./contract.ts";
import { createCounter, createHistogram } from "./instruments.ts";
import { describeValue } from "./invalid-option.ts";
import { labelValue } from "./label-value.ts";
import type { OpenRuns } from "./open-runs.ts";
import { TaskVitalsError } from "./task-vitals-error.ts";

/** The label sets of one (task, queue) pair, bound once. */
export interface TaskPair {
  readonly task: string;
  readonly queue: string;
  /** What runs now in its queue; shared by the pairs of the queue. */
  readonly runs: OpenRuns;
  /** False once it was forgotten: what it is bound to is recorded nowhere from then on. */
  live: boolean;
  readonly success: BoundCounter;
  readonly failure: BoundCounter;
  readonly duration: BoundHistogram;
  /** Attempts that will be followed by another, and waits: bound when the first one comes, as not every task has them. */
  retry: BoundCounter | undefined;
  wait: BoundHistogram | undefined;
  /** Failures by class of error; filled as classes appear. */
  readonly errors: Map<string, BoundCounter>;
}

/** Bounds on what the pairs may grow to. */
export interface TaskPairLimits {
  /** Live (task, queue) pairs, and likewise named (task, queue, error class) triples. */
  readonly maxSeries: number;
  /** Distinct error classes in this process. */
  readonly maxErrorTypes: number;
  /** Told each time that a label set was refused, with the name of the instrument. */
  readonly onRefused: (instrument: string) => void;
  /** Whether somebody else reports this pair, such as a counter that lives in the broker: counting here as well would double it. */
  readonly isReserved: (task: string, queue: string) => boolean;
}

/** Upper bounds of the histograms, in seconds. */
export interface TaskPairBounds {
  readonly duration: readonly number[];
  readonly wait: readonly number[];
}

/** Finds or makes the open runs of a queue. */
export type RunsOfQueue = (queue: string) => OpenRuns;

/** What is bound to the pair goes; what records through it from now on must look it up again. */
function release(pair: TaskPair): void {
  pair.live = false;
  for (const bound of [pair.success, pair.failure, pair.duration, pair.retry, pair.wait]) bound?.remove?.();
  for (const bound of pair.errors.values()) bound.remove?.();
}

function reservedPair(task: string, queue: string): TaskVitalsError {
  return new TaskVitalsError(
    "DUPLICATE_SERIES",
    `task=${describeValue(task)}, queue=${describeValue(queue)} is counted by a counter in Redis; counting it in this process as well would ` +
      "show two values for one series. Remove the counter from queues, or give it or the task another name or queue.",
  );
}

/** The instruments that have one series for each pair. */
const PAIR_INSTRUMENTS = [contract.taskSuccess, contract.taskFailure, contract.taskDuration];

/** The attribute by which OpenTelemetry marks the series that holds what a cardinality limit refused. */
const OVERFLOW: Attributes = { "otel.metric.overflow": true };

/**
 * The live (task, queue) pairs of a process. What the limits refuse is counted in one overflow pair, so totals stay right.
 */
export class TaskPairs {
  readonly #limits: TaskPairLimits;
  readonly #runsOf: RunsOfQueue;
  readonly #success: Counter;
  readonly #failure: Counter;
  readonly #duration: Histogram;
  readonly #error: Counter;
  readonly #retry: Counter;
  readonly #wait: Histogram;
  readonly #byQueue = new Map<string, Map<string, TaskPair>>();
  readonly #errorTypes = new Set<string>();
  #size = 0;
  #errorSeries = 0;
  #overflow: TaskPair | undefined;

  constructor(meter: Meter, bounds: TaskPairBounds, limits: TaskPairLimits, runsOf: RunsOfQueue) {
    this.#limits = limits;
    this.#runsOf = runsOf;
    this.#success = createCounter(meter, contract.taskSuccess);
    this.#failure = createCounter(meter, contract.taskFailure);
    this.#duration = createHistogram(meter, contract.taskDuration, bounds.duration);
    this.#error = createCounter(meter, contract.taskError);
    this.#retry = createCounter(meter, contract.taskRetry);
    this.#wait = createHistogram(meter, contract.taskWait, bounds.wait);
  }

  /** Finds the pair, or declares it. Finding takes two lookups by the caller's own strings and allocates nothing. */
  pair(task: unknown, queue: unknown): TaskPair {
    const known = this.#byQueue.get(queue as string)?.get(task as string);
    if (known !== undefined) return known;
    return this.#declare(labelValue(task), labelValue(queue));
  }

  /** Whether any live pair has this queue. */
  hasQueue(queue: string): boolean {
    return this.#byQueue.has(queue) || this.#overflow?.queue === queue;
  }

  /** The counter of this pair's failures of one class. */
  errors(pair: TaskPair, type: string): BoundCounter {
    const known = pair.errors.get(type);
    if (pair === this.#overflow) this.#limits.onRefused(contract.taskError.name);
    if (known !== undefined) return known;
    const named = this.#admitErrorType(type) ? type : OTHER_VALUE;
    const existing = pair.errors.get(named);
    if (existing !== undefined) return existing;
    if (this.#errorSeries >= this.#limits.maxSeries && pair !== this.#overflow) {
      return this.errors(this.#overflowPair(), named);
    }
    const bound = bindCounter(
      this.#error,
      pair === this.#overflow ? OVERFLOW : { task: pair.task, queue: pair.queue, error_type: named },
    );
    pair.errors.set(named, bound);
    this.#errorSeries += 1;
    return bound;
  }

  /** The counter of this pair's attempts that will be followed by another. */
  retries(pair: TaskPair): BoundCounter {
    pair.retry ??= bindCounter(this.#retry, this.#attributes(pair));
    return pair.retry;
  }

  /** The histogram of this pair's waits. */
  waits(pair: TaskPair): BoundHistogram {
    pair.wait ??= bindHistogram(this.#wait, this.#attributes(pair));
    return pair.wait;
  }

  /** Ends the series of a pair and frees its place. Returns whether the pair was live. */
  forget(task: unknown, queue: unknown): boolean {
    const taskLabel = labelValue(task);
    const queueLabel = labelValue(queue);
    const tasks = this.#byQueue.get(queueLabel);
    const pair = tasks?.get(taskLabel);
    if (tasks === undefined || pair === undefined) return false;
    tasks.delete(taskLabel);
    if (tasks.size === 0) this.#byQueue.delete(queueLabel);
    this.#size -= 1;
    this.#errorSeries -= pair.errors.size;
    release(pair);
    return true;
  }

  /** Ends the series of every pair, the overflow pair's last; those that record later are born anew. */
  forgetAll(): void {
    for (const tasks of this.#byQueue.values()) for (const pair of tasks.values()) release(pair);
    if (this.#overflow !== undefined) release(this.#overflow);
    this.#overflow = undefined;
    this.#byQueue.clear();
    this.#size = 0;
    this.#errorSeries = 0;
  }

  #declare(task: string, queue: string): TaskPair {
    const known = this.#byQueue.get(queue)?.get(task);
    if (known !== undefined) return known;
    if (this.#limits.isReserved(task, queue)) throw reservedPair(task, queue);
    if (this.#size >= this.#limits.maxSeries) {
      for (const { name } of PAIR_INSTRUMENTS) this.#limits.onRefused(name);
      return this.#overflowPair();
    }
    const pair = this.#bind(task, queue, { task, queue });
    let tasks = this.#byQueue.get(queue);
    if (tasks === undefined) {
      tasks = new Map();
      this.#byQueue.set(queue, tasks);
    }
    tasks.set(task, pair);
    this.#size += 1;
    return pair;
  }

  #attributes(pair: TaskPair): Attributes {
    return pair === this.#overflow ? OVERFLOW : { task: pair.task, queue: pair.queue };
  }

  #overflowPair(): TaskPair {
    this.#overflow ??= this.#bind(OTHER_VALUE, OTHER_VALUE, OVERFLOW);
    return this.#overflow;
  }

  #bind(task: string, queue: string, attributes: Attributes): TaskPair {
    return {
      task,
      queue,
      runs: this.#runsOf(queue),
      live: true,
      success: bindCounter(this.#success, attributes),
      failure: bindCounter(this.#failure, attributes),
      duration: bindHistogram(this.#duration, attributes),
      retry: undefined,
      wait: undefined,
      errors: new Map(),
    };
  }

  #admitErrorType(type: string): boolean {
    if (this.#errorTypes.has(type)) return true;
    if (this.#errorTypes.size >= this.#limits.maxErrorTypes) return false;
    this.#errorTypes.add(type);
    return true;
  }
}
