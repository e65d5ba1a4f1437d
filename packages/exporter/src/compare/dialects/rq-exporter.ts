import type { Dialect, Measure } from "../measure.ts";

const JOBS = "rq_jobs";
const WORKERS = "rq_workers";

/** https://github.com/mdawar/rq-exporter; its counts of ends are by worker, and not compared. */
export const rqExporter: Dialect = {
  name: "rq-exporter",
  metrics: [JOBS, WORKERS],
  measures: (samples) =>
    samples.flatMap(({ labels: { queue, queues = "", status }, name, value }): readonly Measure[] => {
      // A worker counts in each of its queues.
      if (name === WORKERS) {
        return queues
          .split(",")
          .filter((one) => one !== "")
          .map((one) => ({ question: "workers", queue: one, value }));
      }
      if (name !== JOBS) return [];
      if (status === "queued") return [{ question: "ready", queue, value }];
      return status === "started" ? [{ question: "active", queue, value }] : [];
    }),
};
