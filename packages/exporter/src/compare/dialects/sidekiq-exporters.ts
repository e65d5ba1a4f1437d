import type { Dialect, Measure } from "../measure.ts";

/** https://github.com/Strech/sidekiq-prometheus-exporter; its totals count attempts of all queues together, and are not compared. */
export const sidekiqPrometheusExporter: Dialect = {
  name: "sidekiq-prometheus-exporter",
  metrics: ["sidekiq_queue_enqueued_jobs", "sidekiq_busy_workers"],
  measures: (samples) =>
    samples.flatMap(({ labels, name, value }): readonly Measure[] => {
      if (name === "sidekiq_queue_enqueued_jobs") return [{ question: "ready", queue: labels.name, value }];
      return name === "sidekiq_busy_workers" ? [{ question: "active", value }] : [];
    }),
};

/** https://github.com/yabeda-rb/yabeda-sidekiq, as far as it speaks of the queues. */
export const yabedaSidekiq: Dialect = {
  name: "yabeda-sidekiq",
  metrics: ["sidekiq_jobs_waiting_count"],
  measures: (samples) =>
    samples.flatMap(({ labels: { queue }, name, value }): readonly Measure[] =>
      name === "sidekiq_jobs_waiting_count" ? [{ question: "ready", queue, value }] : [],
    ),
};
