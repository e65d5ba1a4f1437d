/** A metric of the exporter whose names are shown beside ours. */
export interface OldMetric {
  readonly name: string;
  /** The `HELP` line. */
  readonly description: string;
}

/** An event of Celery that an old counter counts. */
export type CountedEvent =
  `task-${"sent" | "received" | "started" | "succeeded" | "failed" | "rejected" | "revoked" | "retried"}`;

/**
 * The names of danihodovic/celery-exporter, as its README and `src/exporter.py` have them; the labels are `name`, `hostname` and `queue_name`. No other file spells
 * them. Left out is `celery_active_consumer_count`, which it has for RabbitMQ alone.
 */
export const oldCounters: Readonly<Record<CountedEvent, OldMetric>> = {
  "task-sent": { name: "celery_task_sent_total", description: "Tasks that producers announced as sent" },
  "task-received": { name: "celery_task_received_total", description: "Tasks that workers received" },
  "task-started": { name: "celery_task_started_total", description: "Attempts that workers started" },
  "task-succeeded": { name: "celery_task_succeeded_total", description: "Attempts that ended in success" },
  "task-failed": { name: "celery_task_failed_total", description: "Attempts that ended in failure, by exception" },
  "task-rejected": { name: "celery_task_rejected_total", description: "Tasks that workers rejected" },
  "task-revoked": { name: "celery_task_revoked_total", description: "Tasks that were revoked" },
  "task-retried": { name: "celery_task_retried_total", description: "Attempts that failed and will be tried again" },
};

/** Run times of attempts that ended in success. */
export const oldRuntime: OldMetric = {
  name: "celery_task_runtime",
  description: "Run time of attempts that ended in success, in seconds",
};

/** Upper bounds of {@link oldRuntime}: the default of Python's `prometheus_client`. */
export const OLD_RUNTIME_BOUNDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** A gauge of the old exporter. */
export type OldGauge = "workerUp" | "workerTasksActive" | "queueLength" | "activeWorkerCount" | "activeProcessCount";

/** Gauges; the first two by `hostname`, the others by `queue_name`. */
export const oldGauges: Readonly<Record<OldGauge, OldMetric>> = {
  workerUp: { name: "celery_worker_up", description: "1 while a worker of this host is heard of" },
  workerTasksActive: { name: "celery_worker_tasks_active", description: "Tasks that the workers of this host run" },
  queueLength: { name: "celery_queue_length", description: "Messages in the queue" },
  activeWorkerCount: { name: "celery_active_worker_count", description: "Workers that take from the queue" },
  activeProcessCount: {
    name: "celery_active_process_count",
    description: "Tasks that the workers of the queue can run at once",
  },
};

/** What the old names have where it is not known which task it is; the mixin's queries leave it out. */
export const OLD_UNKNOWN_NAME = "None";

/** What they have where nothing tells the queue: the name of Celery's default queue. */
export const OLD_UNKNOWN_QUEUE = "celery";

/** Whether an old counter counts events of this type. */
export function isCounted(type: unknown): type is CountedEvent {
  return typeof type === "string" && Object.hasOwn(oldCounters, type);
}
