import type { QueueLayout } from "./queue-layout.ts";

/** A plain Redis list whose key is the queue's name: one element per task. A key that does not exist is an empty queue. */
export const list: QueueLayout = {
  commands: (queue) => [["llen", queue.name]],
  interpret: ([length]) => {
    // A client made with `stringNumbers` answers with a string.
    const ready = typeof length === "string" ? Number(length) : length;
    return typeof ready === "number" && Number.isSafeInteger(ready) ? ready : undefined;
  },
};
