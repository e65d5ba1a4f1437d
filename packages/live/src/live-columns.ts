/** What the ring keeps of a queue. `ended`, `failed` and `retried` are since the reading before. */
export const QUEUE_COLUMNS = [
  "ready",
  "oldestAgeSeconds",
  "overdue",
  "active",
  "slots",
  "keptFailures",
  "ended",
  "failed",
  "retried",
  "waitP95",
  "runP95",
] as const;

/** What it keeps of a task of a queue. */
export const TASK_COLUMNS = ["ended", "failed", "retried", "waitP95", "runP95"] as const;

/** What it keeps of the whole. */
export const PLATFORM_COLUMNS = [
  "ready",
  "oldestAgeSeconds",
  "active",
  "slots",
  "ended",
  "failed",
  "cpuPercent",
  "memoryGigabytes",
  "loopBusy",
] as const;

/** One of {@link QUEUE_COLUMNS}. */
export type QueueColumn = (typeof QUEUE_COLUMNS)[number];

/** One of {@link TASK_COLUMNS}. */
export type TaskColumn = (typeof TASK_COLUMNS)[number];

/** One of {@link PLATFORM_COLUMNS}. */
export type PlatformColumn = (typeof PLATFORM_COLUMNS)[number];
