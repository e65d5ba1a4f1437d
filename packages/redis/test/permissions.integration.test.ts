import type { QueueReading } from "@taskvitals/core";
import { parseQueue } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../test/services/index.ts";
import { bullmq } from "../src/layouts/bullmq.ts";
import { sidekiq } from "../src/layouts/sidekiq.ts";
import { BullmqQueues } from "./layouts/bullmq-queues.ts";
import { about } from "./layouts/open-queues.ts";
import { type OpenBroker, openBroker } from "./open-broker.ts";

const GENERAL = ["ping", "time", "info", "client|setname", "select"];

let server: RedisServer;
let redis: Redis;
let framework: BullmqQueues;
let broker: OpenBroker | undefined;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});

beforeEach(async () => {
  framework = await BullmqQueues.start(6, server);
});

afterEach(async () => {
  await broker?.shutdown();
  await framework[Symbol.asyncDispose]();
  await redis.flushall();
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** Opens queues as a user that may send the documented commands but for some, on keys of the given pattern. */
const openAs = async (
  { without = [], keys = "~*" }: { without?: readonly string[]; keys?: string },
  queues: readonly string[],
  options: { now?: () => number } = {},
): Promise<OpenBroker> => {
  const commands = [...GENERAL, ...bullmq.commands, ...sidekiq.commands].filter((name) => !without.includes(name));
  await redis.call("acl", "setuser", "reader", "reset", "on", ">secret", keys, ...commands.map((name) => `+${name}`));
  broker = await openBroker(`redis://reader:secret@127.0.0.1:${server.port}`, [], options);
  for (const queue of queues) broker.add(parseQueue(queue, "queues"));
  return broker;
};

const readFirst = async (opened: OpenBroker): Promise<QueueReading> => {
  const [first] = (await opened.read()).queues;
  expect(first).toMatchObject({ ok: true });
  return first as QueueReading;
};

describe("a user of Redis that may not do everything", () => {
  it("leaves out what an optional command would have told, and says which", async () => {
    await framework.add("mails", 2);
    const opened = await openAs({ without: ["hexists"] }, ["bullmq:mails"]);
    expect(await readFirst(opened)).toMatchObject({
      ready: 2,
      states: { active: 0, delayed: 0, failed: 0 },
      oldestAgeSeconds: about(0),
      paused: undefined,
      problems: [{ reason: "auth", detail: expect.stringMatching(/^in part: NOPERM .*'hexists'/) }],
    });
  });

  it("leaves out the age when the command within the script is the one that is missing", async () => {
    await redis.lpush("queue:low", JSON.stringify({ enqueued_at: Date.now() / 1000 }));
    const opened = await openAs({ without: ["lindex"] }, ["sidekiq:low"]);
    expect(await readFirst(opened)).toMatchObject({
      ready: 1,
      oldestAgeSeconds: undefined,
      problems: [{ reason: "auth", detail: expect.stringMatching(/^in part: .*user executing the script/) }],
    });
  });

  it("reads nothing of a queue whose length it may not ask for", async () => {
    await framework.add("mails", 2);
    const opened = await openAs({ without: ["llen"] }, ["bullmq:mails"]);
    expect((await opened.read()).queues).toEqual([
      { ok: false, queue: "mails", reason: "auth", detail: expect.stringMatching(/^NOPERM .*'llen'/) },
    ]);
  });

  it("goes by the clock of this process when it may not ask for the time", async () => {
    await framework.add("mails", 1);
    const opened = await openAs({ without: ["time"] }, ["bullmq:mails"]);
    expect(await readFirst(opened)).toMatchObject({ oldestAgeSeconds: about(0), problems: [] });
    await opened.shutdown();
    const fast = await openAs({ without: ["time"] }, ["bullmq:mails"], { now: () => Date.now() + 3_601_000 });
    expect(await readFirst(fast)).toMatchObject({ oldestAgeSeconds: about(3600) });
  });

  it("tells nothing of the memory when it may not ask for it", async () => {
    const opened = await openAs({ without: ["info"] }, ["sidekiq:low"]);
    const { health, queues } = await opened.read();
    expect(health).toEqual({
      up: true,
      pingSeconds: about(0),
      memoryBytes: undefined,
      memoryLimitBytes: undefined,
    });
    expect(queues).toMatchObject([{ ok: true, ready: 0 }]);
  });

  it("is up when it may not ping: it was answered", async () => {
    const opened = await openAs({ without: ["ping"] }, ["sidekiq:low"]);
    const { health } = await opened.read();
    expect(health).toMatchObject({ up: true, pingSeconds: about(0), memoryBytes: expect.any(Number) });
  });

  it("costs only the queues whose keys are not for it", async () => {
    await framework.add("mine", 1);
    await framework.add("theirs", 2);
    const opened = await openAs({ keys: "~bull:mine:*" }, ["bullmq:mine", "bullmq:theirs"]);
    expect(await opened.lengths()).toEqual({ mine: 1, theirs: "auth" });
    const { queues } = await opened.read();
    expect(queues).toContainEqual(expect.objectContaining({ queue: "mine", ok: true, problems: [] }));
    const detail = expect.stringMatching(/^NOPERM .*key/);
    expect(queues).toContainEqual({ queue: "theirs", ok: false, reason: "auth", detail });
  });
});
