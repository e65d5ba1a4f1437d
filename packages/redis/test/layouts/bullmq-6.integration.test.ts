import { exerciseQueueReader } from "../exercise-queue-reader.ts";
import { BullmqQueues } from "./bullmq-queues.ts";

exerciseQueueReader({
  layout: "bullmq",
  framework: "BullMQ 6.7.0",
  queue: (name) => `bullmq:${name}`,
  mainKey: (name) => `bull:${name}:wait`,
  // BullMQ refuses a colon.
  names: ["with space", "{tag}x", "star*", "new\nline", "ключ", "🙂"],
  age: "exact",
  start: (server) => BullmqQueues.start(6, server),
});
