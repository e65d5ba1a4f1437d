import type { QueueReading } from "@taskvitals/core";
import { parseQueue } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type RedisServer, redisVersions, startRedis } from "../../../test/services/index.ts";
import { bullmq } from "../src/layouts/bullmq.ts";
import { sidekiq } from "../src/layouts/sidekiq.ts";
import { eventually } from "./eventually.ts";
import { BullmqQueues } from "./layouts/bullmq-queues.ts";
import { about } from "./layouts/open-queues.ts";
import { type OpenBroker, openBroker } from "./open-broker.ts";

describe.each(redisVersions())("queues in $name", ({ name, program }) => {
  let server: RedisServer;
  let redis: Redis;
  const isOld = name === "Redis 6.2.5";

  beforeAll(async () => {
    server = await startRedis({ program, args: ["--maxmemory", "64mb"] });
    redis = new Redis(server.url);
  });

  beforeEach(async () => void (await redis.flushall()));

  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const open = async (url: string, queues: readonly string[]): Promise<OpenBroker> => {
    const broker = await openBroker(url, []);
    onTestFinished(() => broker.shutdown());
    for (const queue of queues) broker.add(parseQueue(queue, "queues"));
    return broker;
  };

  const readAll = async (broker: OpenBroker): Promise<Record<string, Partial<QueueReading>>> =>
    Object.fromEntries((await broker.read()).queues.map((queue) => [queue.queue, queue as QueueReading]));

  it("is what its name says", async () => {
    const version = /(?:valkey|redis)_version:(\S+)/g;
    const versions = [...(await redis.info("server")).matchAll(version)].map(([, found]) => found);
    if (program !== "redis-server") expect(versions).toContain(name.split(" ")[1]);
  });

  it("are read with everything that is known of them, in the first reading", async () => {
    await using framework = await BullmqQueues.start(6, server);
    await framework.put("mails", { priority: 2 });
    await framework.put("mails", { delay: 600_000 });
    await framework.pause("mails");
    const at = Date.now() - 61_000;
    await redis.sadd("queues", "low");
    await redis.lpush("queue:low", JSON.stringify({ enqueued_at: at / 1000 }));
    await redis.sadd("rq:queues", "rq:queue:default");
    await redis.rpush("rq:queue:default", "1");
    await redis.hset("rq:job:1", "enqueued_at", new Date(at).toISOString());
    await redis.xadd("events", `${at}-0`, "text", "a");
    await redis.xadd("events", `${at}-1`, "text", "b");
    await redis.xgroup("CREATE", "events", "mailers", "0");
    await redis.xreadgroup("GROUP", "mailers", "one", "COUNT", 1, "STREAMS", "events", ">");

    const queues = ["bullmq:mails", "sidekiq:low", "rq:default", "stream:events/mailers"];
    const broker = await open(server.url, queues);
    const { mails, low, default: ofRq, events } = await readAll(broker);
    expect(mails).toMatchObject({ ok: true, ready: 1, oldestAgeSeconds: about(0), paused: true, problems: [] });
    expect(mails?.states).toMatchObject({ delayed: 1, overdue: 0, active: 0 });
    expect(low).toMatchObject({ ok: true, ready: 1, oldestAgeSeconds: about(60), problems: [] });
    expect(ofRq).toMatchObject({ ok: true, ready: 1, oldestAgeSeconds: about(60), paused: false, problems: [] });
    expect(events).toMatchObject({
      ok: true,
      ready: 1,
      states: { active: 1 },
      oldestAgeSeconds: about(60),
      problems: [],
    });
    expect((await broker.read()).health).toMatchObject({
      up: true,
      pingSeconds: about(0),
      memoryBytes: expect.any(Number),
      memoryLimitBytes: 64 * 1024 * 1024,
    });
  });

  it("are found", async () => {
    await redis.hset("bull:mails:meta", "version", "bullmq");
    const broker = await open(server.url, ["bullmq:*"]);
    await eventually(() => broker.lengths()).toEqual({ mails: 0 });
  });

  it("are read by a user that may do what is documented, with EVAL in place of EVAL_RO before Redis 7", async () => {
    await redis.lpush("queue:low", JSON.stringify({ enqueued_at: Date.now() / 1000 - 61 }));
    await redis.lpush("queue:theirs", "{}");
    const general = ["ping", "time", "info", "client|setname", "select"];
    const commands = [...general, ...bullmq.commands, ...sidekiq.commands].map((command) =>
      isOld && command === "eval_ro" ? "eval" : command,
    );
    const allow = (without: string): Promise<unknown> => {
      const allowed = commands.filter((command) => command !== without).map((command) => `+${command}`);
      const names = ["queue:low", "queues", "processes", "paused", "stat:processed", "bull:*"];
      const keys = names.map((pattern) => (isOld ? `~${pattern}` : `%R~${pattern}`));
      return redis.call("acl", "setuser", "reader", "reset", "on", ">secret", ...keys, ...allowed);
    };
    const url = `redis://reader:secret@127.0.0.1:${server.port}/1`;
    await allow("nothing");
    await redis.call("select", 1);
    onTestFinished(async () => void (await redis.call("select", 0)));
    await redis.lpush("queue:low", JSON.stringify({ enqueued_at: Date.now() / 1000 - 61 }));
    const broker = await open(url, ["sidekiq:low", "sidekiq:theirs", "bullmq:none"]);
    const all = await readAll(broker);
    expect(all.low).toMatchObject({ ready: 1, oldestAgeSeconds: about(60), problems: [] });
    expect(all.theirs).toMatchObject({ ok: false, reason: "auth" });
    expect(all.none).toMatchObject({ ready: 0, problems: [{ reason: "queue_missing" }] });

    // The script is allowed, and the command in it is not.
    await allow("lindex");
    const less = await readAll(await open(url, ["sidekiq:low"]));
    expect(less.low).toMatchObject({ ready: 1, oldestAgeSeconds: undefined, problems: [{ reason: "auth" }] });
  });
});
