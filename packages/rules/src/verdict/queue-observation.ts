/** What was seen of a queue while somebody watched it. What is not known is absent, which is never the same as 0. */
export interface QueueObservation {
  /** The `queue` label. */
  readonly queue: string;
  /** Why the queue cannot be read now; absent where it can. */
  readonly unreadable?: string | undefined;
  /** Age of the last reading, in seconds, where somebody else reads. */
  readonly readingAgeSeconds?: number | undefined;
  /** How long it was watched, in seconds; 0 for one look. */
  readonly watchedSeconds: number;
  /** Tasks ready and not yet taken, at the end. */
  readonly ready?: number | undefined;
  /** By how much that changed while it was watched. */
  readonly readyChange?: number | undefined;
  /** By how much it changed in the last third of the time: whether it still grows. */
  readonly readyChangeLately?: number | undefined;
  /** Age of the oldest ready task, in seconds; 0 while none is. */
  readonly oldestAgeSeconds?: number | undefined;
  /** By how much that age changed while it was watched; as much as the time where nobody took the oldest task. */
  readonly oldestAgeChange?: number | undefined;
  /** Delayed tasks that are due and were not promoted, the fewest at any look. */
  readonly overdue?: number | undefined;
  /** Tasks running. */
  readonly running?: number | undefined;
  /** Run time so far of the longest-running one, in seconds. */
  readonly oldestActiveSeconds?: number | undefined;
  /** Task slots of all workers. */
  readonly slots?: number | undefined;
  /** Workers that are alive. */
  readonly workers?: number | undefined;
  /** Whether it is paused. */
  readonly paused?: boolean | undefined;
  /** Tasks that ended while it was watched, in success or in failure for good. */
  readonly ended?: number | undefined;
  /** Those of them that failed. */
  readonly failed?: number | undefined;
  /** The same by task, where it is known. */
  readonly outcomes?: readonly TaskOutcomes[] | undefined;
  /** Attempts that failed and will be tried again. */
  readonly retried?: number | undefined;
  /** Failed tasks that the broker keeps: by how much they became more while it was watched. */
  readonly keptFailuresChange?: number | undefined;
  /** Average run time of its tasks, in seconds. */
  readonly averageRunSeconds?: number | undefined;
}

/** How often one task of a queue ended while it was watched. */
export interface TaskOutcomes {
  /** The `task` label. */
  readonly task: string;
  /** In success or in failure for good. */
  readonly ended: number;
  /** In failure for good. */
  readonly failed: number;
}
