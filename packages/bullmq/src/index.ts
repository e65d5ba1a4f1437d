export type { BullmqJob } from "./bullmq-job.ts";
export type { BullmqBackend, BullmqQueue } from "./bullmq-queue.ts";
export type { BullmqWorker } from "./bullmq-worker.ts";
export type { Observation } from "./observation.ts";
export {
  type DeclaredBullmqQueue,
  type ObserveQueueOptions,
  observeQueue,
  type QueueDeclarations,
} from "./observe-queue.ts";
export { type ObserveWorkerOptions, observeWorker } from "./observe-worker.ts";
