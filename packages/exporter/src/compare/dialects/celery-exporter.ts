import { type Sample, UNKNOWN_VALUE } from "@taskvitals/rules";
import { OLD_UNKNOWN_NAME, oldCounters, oldGauges } from "../../also-emit/old-metrics.ts";
import type { Dialect, Measure, Question } from "../measure.ts";

const COUNTERS: Readonly<Record<string, Question>> = {
  [oldCounters["task-succeeded"].name]: "success",
  [oldCounters["task-failed"].name]: "failure",
  [oldCounters["task-retried"].name]: "retry",
};
const GAUGES: Readonly<Record<string, Question>> = {
  [oldGauges.queueLength.name]: "ready",
  [oldGauges.activeWorkerCount.name]: "workers",
};

/** https://github.com/danihodovic/celery-exporter */
export const celeryExporter: Dialect = {
  name: "celery-exporter",
  metrics: [...Object.keys(COUNTERS), ...Object.keys(GAUGES), oldGauges.workerTasksActive.name],
  notes: {
    ready: "celery-exporter reads the list of the queue's own name, without those of its priorities.",
    active: "celery-exporter keeps the last heartbeat of each host: of several workers on one host, it shows one.",
    success: "celery-exporter calls a queue celery where no producer tells it.",
    failure: "celery-exporter calls a queue celery where no producer tells it.",
    retry: "celery-exporter calls a queue celery where no producer tells it.",
  },
  measures: (samples) => samples.flatMap(measureOf),
};

function measureOf({ labels, name, value }: Sample): readonly Measure[] {
  const { name: task = OLD_UNKNOWN_NAME, queue_name: queue } = labels;
  const counter = COUNTERS[name];
  if (counter !== undefined) {
    return [{ question: counter, task: task === OLD_UNKNOWN_NAME ? UNKNOWN_VALUE : task, queue, value }];
  }
  const gauge = GAUGES[name];
  if (gauge !== undefined) return [{ question: gauge, queue, value }];
  return name === oldGauges.workerTasksActive.name ? [{ question: "active", value }] : [];
}
