import { Redis } from "ioredis";
import { exerciseQueueReader } from "../exercise-queue-reader.ts";

exerciseQueueReader({
  layout: "list",
  framework: "a plain Redis list",
  queue: (name) => `list:${name}`,
  mainKey: (name) => name,
  names: ["with space", "{tag}:x", "a:b", "star*", "new\nline", "ключ", "🙂", "a=b,c"],
  age: "none",
  start: async ({ url }) => {
    const redis = new Redis(url);
    return {
      add: async (name, count) => void (await redis.lpush(name, ...Array.from({ length: count }, () => "task"))),
      take: async (name, count) => void (await redis.rpop(name, count)),
      ready: (name) => redis.llen(name),
      [Symbol.asyncDispose]: async () => redis.disconnect(),
    };
  },
});
