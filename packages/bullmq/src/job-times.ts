import type { BullmqJob } from "./bullmq-job.ts";

/** The clocks of a producer and a worker may differ by this much, in milliseconds; with more, a difference of theirs tells nothing. */
const CLOCK_TOLERANCE_MS = 5000;

/**
 * How long a job was ready before its first attempt was taken up, in seconds; `undefined` where that is not known.
 *
 * Whoever was taken up before (retried, stalled, put back) became ready at a time that no job carries. Neither does a parent say
 * since when its children are done, or even that it had any. What is sure is that a flow gives its jobs ids that are no numbers, and
 * BullMQ takes no number for an id from anybody else.
 *
 * @param flowParents - whether the queue may hold parents of flows
 */
export function waitSeconds(job: BullmqJob, flowParents: boolean): number | undefined {
  const { id = "", processedOn, timestamp, opts } = job;
  if (processedOn === undefined || job.attemptsMade > 0 || (job.attemptsStarted ?? 1) > 1) return undefined;
  if (flowParents && !/^\d+$/.test(id) && job.repeatJobKey === undefined) return undefined;
  const delay = opts.delay ?? 0;
  // Another job has put it off, by how much is kept nowhere.
  if (delay > 0 && opts.deduplication?.extend === true) return undefined;
  const waited = processedOn - timestamp - delay;
  if (waited >= 0) return waited / 1000;
  // Somebody promoted it before its time, or the producer's clock is ahead.
  return delay === 0 && waited >= -CLOCK_TOLERANCE_MS ? 0 : undefined;
}

/** Run time of a job that has ended, by the times it carries, in seconds: whole milliseconds of the worker's clock. */
export function ownRunSeconds({ finishedOn, processedOn }: BullmqJob): number | undefined {
  if (finishedOn === undefined || processedOn === undefined || finishedOn < processedOn) return undefined;
  return (finishedOn - processedOn) / 1000;
}
