import { exerciseQueueReader } from "../exercise-queue-reader.ts";

exerciseQueueReader("list", {
  queue: (name) => `list:${name}`,
  add: async (redis, name, count) => void (await redis.lpush(name, ...Array.from({ length: count }, () => "task"))),
  take: async (redis, name, count) => void (await redis.rpop(name, count)),
  spoil: async (redis, name) => void (await redis.set(name, "not a list")),
});
