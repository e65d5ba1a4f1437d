/** What a job of the staging is told. Its name says how it ends: `poisoned` fails, `endless` never does, any other succeeds. */
export interface StagedJob {
  /** How long it runs, in milliseconds. */
  readonly runMs: number;
}

/** A worker of one queue. */
export interface WorkerPlan {
  readonly queue: string;
  readonly concurrency: number;
}
