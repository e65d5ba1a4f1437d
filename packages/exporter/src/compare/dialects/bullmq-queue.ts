import type { Dialect, Measure } from "../measure.ts";

const COUNT = "bullmq_job_count";
const COMPLETED = "bullmq_job_completed_total";
const FAILED = "bullmq_job_failed_total";
const NOTE = "BullMQ counts ends where its workers have the option metrics; without it, it says 0.";

/** What `Queue.exportPrometheusMetrics()` of BullMQ writes. */
export const bullmqQueue: Dialect = {
  name: "BullMQ's exportPrometheusMetrics()",
  metrics: [COUNT, COMPLETED, FAILED],
  notes: { success: NOTE, failure: NOTE },
  measures: (samples) =>
    samples.flatMap(({ labels: { queue, state }, name, value }): readonly Measure[] => {
      if (name === COMPLETED) return [{ question: "success", queue, value }];
      if (name === FAILED) return [{ question: "failure", queue, value }];
      if (name !== COUNT) return [];
      if (state === "waiting" || state === "prioritized" || state === "paused") {
        return [{ question: "ready", queue, value }];
      }
      return state === "active" ? [{ question: "active", queue, value }] : [];
    }),
};
