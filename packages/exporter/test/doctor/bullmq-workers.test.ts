import { expect, it } from "vitest";
import { countWorkers, workerConnectionName } from "../../src/doctor/bullmq-workers.ts";

it("counts connections that are named as BullMQ names its workers', and no others of the queue", () => {
  const queue = { prefix: "bull", name: "mails" };
  const base = workerConnectionName(queue);
  expect(base).toBe("bull:bWFpbHM=");
  const list = [
    `id=1 addr=127.0.0.1:1 name=${base} age=1`,
    `id=2 addr=127.0.0.1:1 name=${base}:w:one age=1`,
    `id=3 addr=127.0.0.1:1 name=${base}:qe age=1`,
    "id=4 addr=127.0.0.1:1 name= age=1",
    "id=5 addr=127.0.0.1:1 name=bull:bWFpbHM age=1",
  ].join("\n");
  expect(countWorkers(list).get(base)).toBe(2);
});
