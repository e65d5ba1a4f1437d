import type { Dialect } from "../measure.ts";
import { bullmqOtel } from "./bullmq-otel.ts";
import { bullmqPrometheus } from "./bullmq-prometheus.ts";
import { bullmqQueue } from "./bullmq-queue.ts";
import { celeryExporter } from "./celery-exporter.ts";
import { redisExporter } from "./redis-exporter.ts";
import { rqExporter } from "./rq-exporter.ts";
import { sidekiqPrometheusExporter, yabedaSidekiq } from "./sidekiq-exporters.ts";
import { taskvitals } from "./taskvitals.ts";

/** Exporters of others that can be compared with ours. */
export const foreignDialects: readonly Dialect[] = [
  celeryExporter,
  bullmqQueue,
  bullmqPrometheus,
  bullmqOtel,
  rqExporter,
  sidekiqPrometheusExporter,
  yabedaSidekiq,
  redisExporter,
];

/** Every dialect that a page may have. */
export const dialects: readonly Dialect[] = [taskvitals, ...foreignDialects];
