import { expect, test } from "vitest";
import { isBullmqSandbox } from "../../src/discovery/bullmq-sandbox.ts";

test.each([
  "/app/node_modules/bullmq/dist/cjs/classes/main.js",
  "/app/node_modules/.pnpm/bullmq@5.81.5/node_modules/bullmq/dist/cjs/classes/main-worker.js",
  "C:\\app\\node_modules\\bullmq\\dist\\cjs\\classes\\main.js",
])("%s is BullMQ's own program", (program) => {
  expect(isBullmqSandbox(program)).toBe(true);
});

test.each([undefined, "/app/main.js", "/app/classes/main.js", "/app/node_modules/bullmq/dist/cjs/classes/worker.js"])(
  "%s is the application's",
  (program) => {
    expect(isBullmqSandbox(program)).toBe(false);
  },
);
