import type { BullmqJob } from "./bullmq-job.ts";
import type { BullmqWorker } from "./bullmq-worker.ts";

/** Told of each run of one worker. Must not throw. */
export interface RunListener {
  /** A job was taken up. */
  started(job: BullmqJob): void;
  /** Its processor has settled, and the end is about to be stored. Called again when storing is tried again. */
  settled(job: BullmqJob): void;
  /** The worker is done with the job, however that ended; its events have been emitted. */
  ended(job: BullmqJob): void;
  /** Somebody else watches the worker from now on. */
  replaced(): void;
}

type ProcessJob = (this: unknown, job: BullmqJob, token: unknown, mayFetchNext: unknown, ...rest: unknown[]) => unknown;

/** `processJob` is where BullMQ 5 and 6 take a job from the main loop to its end, whatever that end is. */
const METHOD = "processJob";

/** Found by every copy of this package in the process: a worker is counted once. */
const LISTENER: unique symbol = Symbol.for("taskvitals.bullmq.listener");

/**
 * Watches the runs of one worker through an own property of it; its class stays as it is. Whoever watched it before is told that he
 * is replaced.
 *
 * @returns what takes the property away again
 */
export function watchRuns(worker: BullmqWorker, listener: RunListener): () => void {
  const target = worker as unknown as Record<string, ProcessJob & { [LISTENER]?: RunListener }>;
  if (Object.hasOwn(target, METHOD)) target[METHOD]?.[LISTENER]?.replaced();
  const before = Object.getOwnPropertyDescriptor(target, METHOD);
  const original = target[METHOD] as ProcessJob;
  let current: RunListener | undefined = listener;

  const processJob: ProcessJob = function (this: unknown, job, token, mayFetchNext, ...rest) {
    current?.started(job);
    // The worker asks it between the processor's end and the command that stores the end.
    const asked = typeof mayFetchNext === "function" ? () => current?.settled(job) ?? mayFetchNext() : mayFetchNext;
    // The worker gets the very promise that it would have got.
    const processed = Reflect.apply(original, this, [job, token, asked, ...rest]);
    const end = (): void => current?.ended(job);
    Promise.resolve(processed).then(end, end);
    return processed;
  };
  Object.defineProperty(processJob, LISTENER, { value: listener });
  Object.defineProperty(target, METHOD, { value: processJob, configurable: true, writable: true, enumerable: false });

  return () => {
    current = undefined;
    // What somebody else has put over it stays; beneath, ours only passes on from now on.
    if (target[METHOD] !== processJob) return;
    if (before === undefined) delete target[METHOD];
    else Object.defineProperty(target, METHOD, before);
  };
}
