import type { Dialect, Measure, Question } from "../measure.ts";

const QUESTIONS: Readonly<Record<string, Question>> = {
  bullmq_jobs_completed_total: "success",
  bullmq_jobs_failed_total: "failure",
};
const NOTE = "bullmq-otel counts in each worker: a page of one process has its own ends alone.";

/** BullMQ's telemetry by `bullmq-otel` with `enableMetrics`, as exporters of OpenTelemetry write it for Prometheus. */
export const bullmqOtel: Dialect = {
  name: "bullmq-otel",
  metrics: Object.keys(QUESTIONS),
  notes: { success: NOTE, failure: NOTE },
  measures: (samples) =>
    samples.flatMap(({ labels, name, value }): readonly Measure[] => {
      const question = QUESTIONS[name];
      if (question === undefined) return [];
      return [{ question, task: labels.bullmq_job_name, queue: labels.bullmq_queue_name, value }];
    }),
};
