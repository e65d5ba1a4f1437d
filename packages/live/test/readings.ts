import { contract } from "@taskvitals/core";
import type { HistogramSample, LiveReading } from "../src/live-reading.ts";

type Labels = Readonly<Record<string, string>>;

/** What a source shows of one queue. What is left out, it does not say. */
export interface QueueStory {
  readonly ready?: number;
  readonly oldestAgeSeconds?: number;
  readonly slots?: number;
  readonly active?: number;
  readonly workers?: number;
  readonly overdue?: number;
  readonly failed?: number;
  readonly paused?: boolean;
  readonly readAtSeconds?: number;
  /** Readings that failed, by reason, since the source began. */
  readonly readErrors?: Readonly<Record<string, number>>;
  readonly tasks?: Readonly<Record<string, TaskStory>>;
}

/** What it counts of one task, since it began. */
export interface TaskStory {
  readonly succeeded?: number;
  readonly failed?: number;
  readonly retried?: number;
  /** Run times in buckets, not added up. */
  readonly runs?: readonly number[];
  readonly waits?: readonly number[];
}

/** Upper bounds of the buckets of {@link TaskStory}, in seconds. */
export const BOUNDS: readonly number[] = [1, 2, 5, 10];

/** What one source shows at one moment. */
export function reading(queues: Readonly<Record<string, QueueStory>>, extra: LiveReading["samples"] = []): LiveReading {
  const samples: LiveReading["samples"][number][] = [...extra];
  const histograms: HistogramSample[] = [];
  const say = (name: string, labels: Labels, value: number | undefined): void => {
    if (value !== undefined) samples.push({ name, labels, value });
  };
  for (const [queue, story] of Object.entries(queues)) {
    say(contract.queueLength.name, { queue }, story.ready);
    say(contract.queueOldestAge.name, { queue }, story.oldestAgeSeconds);
    say(contract.taskConcurrency.name, { queue }, story.slots);
    say(contract.taskActive.name, { queue }, story.active);
    say(contract.workers.name, { queue }, story.workers);
    say(contract.queueTasks.name, { queue, state: "overdue" }, story.overdue);
    say(contract.queueTasks.name, { queue, state: "failed" }, story.failed);
    say(contract.queuePaused.name, { queue }, story.paused === undefined ? undefined : Number(story.paused));
    say(contract.queueReadTimestamp.name, { queue }, story.readAtSeconds);
    for (const [reason, count] of Object.entries(story.readErrors ?? {}))
      say(contract.queueReadError.name, { queue, reason }, count);
    for (const [task, counts] of Object.entries(story.tasks ?? {})) {
      say(contract.taskSuccess.name, { queue, task }, counts.succeeded);
      say(contract.taskFailure.name, { queue, task }, counts.failed);
      say(contract.taskRetry.name, { queue, task }, counts.retried);
      const labels = { queue, task };
      if (counts.runs !== undefined)
        histograms.push({ name: contract.taskDuration.name, labels, bounds: BOUNDS, counts: counts.runs });
      if (counts.waits !== undefined)
        histograms.push({ name: contract.taskWait.name, labels, bounds: BOUNDS, counts: counts.waits });
    }
  }
  return { samples, histograms };
}

/** One source, named as the process is. */
export function ofProcess(queues: Readonly<Record<string, QueueStory>>): ReadonlyMap<string, LiveReading> {
  return new Map([["process", reading(queues)]]);
}
