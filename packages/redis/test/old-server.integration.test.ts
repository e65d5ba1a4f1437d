import { parseQueue } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { startRedis } from "../../../test/services/index.ts";
import { BullmqQueues } from "./layouts/bullmq-queues.ts";
import { about } from "./layouts/open-queues.ts";
import { openBroker } from "./open-broker.ts";

it("asks a server from before Redis 7, which does not know EVAL_RO, with EVAL: in the first reading already", async () => {
  await using server = await startRedis({ args: ["--rename-command", "EVAL_RO", ""] });
  const redis = new Redis(server.url);
  onTestFinished(() => redis.disconnect());
  await using framework = await BullmqQueues.start(6, server);
  await framework.put("mails", { priority: 2 });
  await redis.sadd("queues", "low");
  await redis.lpush("queue:low", JSON.stringify({ enqueued_at: Date.now() / 1000 - 61 }));

  await using broker = await openBroker(server.url, []);
  for (const queue of ["bullmq:mails", "sidekiq:low", "sidekiq:none"]) broker.add(parseQueue(queue, "queues"));
  const first = await broker.read();
  expect(first.queues.toSorted((a, b) => (a.queue < b.queue ? -1 : 1))).toMatchObject([
    { queue: "low", ok: true, ready: 1, oldestAgeSeconds: about(60), problems: [] },
    { queue: "mails", ok: true, ready: 1, oldestAgeSeconds: about(0), problems: [] },
    { queue: "none", ok: true, ready: 0, oldestAgeSeconds: 0, problems: [{ reason: "queue_missing" }] },
  ]);

  // From then on it is not asked for what it does not know.
  await redis.config("RESETSTAT");
  expect((await broker.read()).queues).toHaveLength(3);
  const stats = await redis.info("commandstats", "errorstats");
  expect(stats).toMatch(/cmdstat_eval:calls=3,.*failed_calls=0/);
  expect(stats).not.toContain("errorstat_ERR");
});
