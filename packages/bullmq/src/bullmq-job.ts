/** What taskvitals reads of a job: fields that the worker has of it anyway. */
export interface BullmqJob {
  /** Name of the job; its `task` label. */
  readonly name: string;
  /** Its id: a number of the queue's own, or one that was given to it. */
  readonly id?: string | undefined;
  /** When it was added, in milliseconds of Unix time. */
  readonly timestamp: number;
  /** When this attempt was taken up, in milliseconds of Unix time. */
  readonly processedOn?: number | undefined;
  /** When it ended for good, in milliseconds of Unix time. */
  readonly finishedOn?: number | undefined;
  /** How often it was taken up, this time included. */
  readonly attemptsStarted?: number | undefined;
  /** How many attempts ended. */
  readonly attemptsMade: number;
  /** Set where a job scheduler made it. */
  readonly repeatJobKey?: string | undefined;
  /** What it was added with. */
  readonly opts: {
    /** Deliberate delay, in milliseconds. */
    readonly delay?: number | undefined;
    /** How it stands for others that are alike. */
    readonly deduplication?:
      | {
          /** Whether another one that is alike puts it off. */
          readonly extend?: boolean | undefined;
        }
      | undefined;
  };
}
