import type { Job, Queue } from "bullmq";
import type { MetricsPage } from "../metrics-page.ts";
import type { PlannedWork } from "./binder-plan.ts";

/** A job as BullMQ has recorded it. */
export interface JobRecord {
  readonly id: string;
  readonly task: string;
  readonly outcome: "success" | "failure";
  readonly errorType: string | undefined;
  readonly retries: number;
  /** Name of the worker that ended it. */
  readonly endedBy: string | undefined;
  readonly stalls: number;
}

/** Reads all that BullMQ has recorded of jobs that have ended. */
export async function recordsOf(queue: Queue<PlannedWork>): Promise<JobRecord[]> {
  const [completed, failed] = [await queue.getJobs(["completed"], 0, -1), await queue.getJobs(["failed"], 0, -1)];
  const record = (job: Job<PlannedWork>, outcome: "success" | "failure"): JobRecord => ({
    id: job.id as string,
    task: job.name,
    outcome,
    errorType: outcome === "success" ? undefined : job.failedReason === "no use" ? "UnrecoverableError" : "QuotaError",
    retries: job.attemptsMade - 1,
    endedBy: job.processedBy,
    stalls: job.stalledCounter,
  });
  return [...completed.map((job) => record(job, "success")), ...failed.map((job) => record(job, "failure"))];
}

/** What the metrics must be, by name and labels but for the queue. */
export function expectedCounts(records: readonly JobRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (series: string, by: number): void => {
    if (by > 0) counts[series] = (counts[series] ?? 0) + by;
  };
  for (const { task, outcome, errorType, retries } of records) {
    add(`task_${outcome}_total task=${task}`, 1);
    add(`task_duration_seconds_count task=${task}`, 1);
    add(`task_retry_total task=${task}`, retries);
    if (errorType !== undefined) add(`task_error_total task=${task} error_type=${errorType}`, 1);
  }
  return counts;
}

const COUNTED = /^task_(success_total|failure_total|retry_total|error_total|duration_seconds_count)$/;

/** What several pages say together, in the form of {@link expectedCounts}. */
export function countsOf(pages: readonly Pick<MetricsPage, "samples">[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { samples } of pages) {
    for (const { name, labels, value } of samples) {
      if (!COUNTED.test(name) || value === 0) continue;
      const type = labels.error_type === undefined ? "" : ` error_type=${labels.error_type}`;
      const series = `${name} task=${labels.task}${type}`;
      counts[series] = (counts[series] ?? 0) + value;
    }
  }
  return counts;
}

/** The sum of one metric over several pages. */
export function sumOf(pages: readonly Pick<MetricsPage, "samples">[], metric: string): number {
  return pages
    .flatMap(({ samples }) => samples)
    .filter(({ name }) => name === metric)
    .reduce((sum, { value }) => sum + value, 0);
}
