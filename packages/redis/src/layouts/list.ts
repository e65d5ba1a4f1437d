import { defineLayout, type QueueLayout } from "./queue-layout.ts";
import { count } from "./replies.ts";

/** A plain Redis list whose key is the queue's name: one element per task. A key that does not exist is an empty queue. */
export const list: QueueLayout = defineLayout({
  framework: "a Redis list",
  verifiedOn: "Redis 7.0",
  commands: ["llen"],
  fields: {},
  *read({ name }) {
    const [length] = yield [["llen", name]];
    return { ready: count(length) };
  },
});
