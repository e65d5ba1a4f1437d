import {
  COLLECTION_BUCKETS_SECONDS,
  contract,
  DURATION_BUCKETS_SECONDS,
  type InstrumentDefinition,
  TASK_STATES,
  WAIT_BUCKETS_SECONDS,
} from "@taskvitals/core";

/** What a worker does, as far as its series go. */
export interface WorkerShape {
  /** Pairs of task and queue. */
  readonly pairs: number;
  readonly queues: number;
}

const BOUNDS: ReadonlyMap<InstrumentDefinition, readonly number[]> = new Map<InstrumentDefinition, readonly number[]>([
  [contract.taskDuration, DURATION_BUCKETS_SECONDS],
  [contract.taskWait, WAIT_BUCKETS_SECONDS],
  [contract.collectionSeconds, COLLECTION_BUCKETS_SECONDS],
]);

/** Series of each label set of these instruments: of a histogram one per bound, the last bucket, the sum and the count. */
export function seriesPerSet(instruments: readonly InstrumentDefinition[]): number {
  return instruments.reduce((sum, one) => sum + (one.kind === "histogram" ? (BOUNDS.get(one) ?? []).length + 3 : 1), 0);
}

/** Of each pair that has ended tasks without retry: what every worker has. */
export const PER_PAIR: readonly InstrumentDefinition[] = [
  contract.taskSuccess,
  contract.taskFailure,
  contract.taskDuration,
  contract.taskWait,
];
/** Of each queue that a worker takes from. */
export const PER_QUEUE: readonly InstrumentDefinition[] = [
  contract.taskActive,
  contract.taskConcurrency,
  contract.oldestActive,
];
/** Of each process. */
export const PER_PROCESS: readonly InstrumentDefinition[] = [contract.cpuPercent, contract.memoryGigabytes];
/** Of each process that is scraped. */
export const PER_PAGE: readonly InstrumentDefinition[] = [contract.collectionSeconds];
/** Of each queue that is read, in the process that reads it; `queueTasks` per state that the framework has. */
export const PER_READ_QUEUE: readonly InstrumentDefinition[] = [
  contract.queueLength,
  contract.queueOldestAge,
  contract.queuePaused,
  contract.workers,
  contract.queueReadTimestamp,
];

/** Instruments whose label sets are limited, each with how many it has; and of which refusals are counted. */
const LIMITED = [
  contract.taskDuration,
  contract.taskError,
  contract.taskFailure,
  contract.queueReadError,
  contract.taskRetry,
  contract.taskStalled,
  contract.taskSuccess,
  contract.taskWait,
  contract.collectionSeconds,
  contract.sdkError,
];
/** Series of each process about its own series: of the limited instruments, and the refusals of queues. */
export const SERIES_ABOUT_SERIES: number = 2 * LIMITED.length + 1;
/** Most series of a queue that is read. */
export const MOST_PER_READ_QUEUE: number = seriesPerSet(PER_READ_QUEUE) + TASK_STATES.length;

/** Series of a worker that is scraped, `target_info` included; without those of Node.js, retries, errors and queues that it reads. */
export function workerSeries({ pairs, queues }: WorkerShape): number {
  const own = seriesPerSet(PER_PROCESS) + seriesPerSet(PER_PAGE) + SERIES_ABOUT_SERIES + 1;
  return pairs * seriesPerSet(PER_PAIR) + queues * seriesPerSet(PER_QUEUE) + own;
}

/** Series of the totals of any number of such workers. */
export function sharedSeries({ pairs, queues }: WorkerShape): number {
  const summed = [contract.taskActive, contract.taskConcurrency];
  return pairs * seriesPerSet(PER_PAIR) + queues * seriesPerSet(summed) + seriesPerSet([contract.processes]) + 1;
}
