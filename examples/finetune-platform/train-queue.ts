import { Queue } from "bullmq";
import { Redis } from "ioredis";
import type { FineTuneResult } from "./fine-tune.ts";
import type { TrainRequest } from "./train-request.ts";

/** The queue's name in BullMQ, and its `queue` label. */
export const TRAIN_QUEUE = "train";
/** The one kind of job in it, and its `task` label. */
export const TRAIN_TASK = "finetune_spam_filter";

/** The progress of a job: where its run is in MLflow, once it is logged there. */
export interface LoggedRun {
  readonly runUrl?: string;
}

export type TrainQueue = Queue<TrainRequest, FineTuneResult, typeof TRAIN_TASK>;

/** The queue for those who add to it and look into it. */
export interface TrainQueueAccess {
  /** @throws Error while Redis is away, so that a request is refused at once instead of waiting for who knows how long. */
  queue(): TrainQueue;
  close(): Promise<void>;
}

/** Opens the queue; Redis need not be there yet. */
export function openTrainQueue(redisUrl: string): TrainQueueAccess {
  const connection = new Redis(redisUrl, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 2_000,
  });
  const queue: TrainQueue = new Queue(TRAIN_QUEUE, {
    connection,
    // Every job's end is final, and the API can tell about the last ten thousand.
    defaultJobOptions: { attempts: 1, removeOnComplete: { count: 10_000 }, removeOnFail: { count: 10_000 } },
  });
  // Whoever asks for something is told that it failed; the rest is ioredis connecting again.
  for (const emitter of [connection, queue]) emitter.on("error", () => {});
  return {
    queue() {
      if (connection.status !== "ready") throw new Error(`The connection to Redis is "${connection.status}"`);
      return queue;
    },
    async close() {
      await queue.close();
      connection.disconnect();
    },
  };
}
