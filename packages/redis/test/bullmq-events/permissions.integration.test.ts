import { readFileSync } from "node:fs";
import { Cluster, Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { type BullmqEventsOptions, observeBullmqEvents } from "../../src/bullmq-events/observe-bullmq-events.ts";
import { recordedTasks } from "../celery-events/recorded-tasks.ts";
import { eventually } from "../eventually.ts";
import { BullmqPlatform, loadBullmq, observed } from "./bullmq-platform.ts";

const page = readFileSync(new URL("../../../../docs/bullmq.md", import.meta.url), "utf8");
/** The rules as the page has them. */
const [, rules = ""] = /ACL SETUSER taskvitals (.+)\n/.exec(page) ?? [];

let stack: AsyncDisposableStack;
let server: RedisServer;
let admin: Redis;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  server = stack.use(await startRedis());
  admin = stack.adopt(new Redis(server.url), (client) => client.disconnect());
});

afterEach(() => stack.disposeAsync());

const allow = (all: string): Promise<unknown> => admin.call("acl", "setuser", "taskvitals", ...all.split(" "));
const url = (database: number): string => `redis://taskvitals:password@127.0.0.1:${server.port}/${database}`;

/** Commands that clients other than the administrator were answered, and those they were denied. */
async function commands(): Promise<string[]> {
  const stats = await admin.info("commandstats");
  const used = [...stats.matchAll(/cmdstat_([^:]+):calls=\d+,.*rejected_calls=(\d+)/g)];
  return used.map(([, name = ""]) => name).filter((name) => !/^(info|config|acl|xadd)/.test(name));
}

describe("the least rights that the page names", () => {
  it.each([0, 2])("are enough to count jobs in database %i, and nothing else is asked for", async (database) => {
    await allow(rules);
    const writer = stack.adopt(new Redis(server.url, { db: database }), (client) => client.disconnect());
    await writer.ping();
    await admin.config("RESETSTAT");
    const seen = stack.use(await observed(server, ["work"], { connection: url(database) }));
    for (const event of ["added", "waiting", "active", "completed"]) {
      await writer.xadd("bull:work:events", "*", "event", event, "jobId", "1", "name", "send");
    }
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 1 });
    expect(seen.told).toEqual([]);
    const own = ["auth", "client|setname", "select", "xinfo|stream", "xread"];
    expect((await commands()).filter((name) => !own.includes(name))).toEqual([]);
  });

  it("are enough beside real workers, which are not asked for anything", async () => {
    await allow(rules);
    const platform = stack.use(new BullmqPlatform(await loadBullmq(6), server));
    const seen = stack.use(await observed(server, ["work"], { connection: url(0) }));
    platform.worker("work", async () => {});
    await platform.queue("work").add("send", {});
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 1 });
    expect(seen.told).toEqual([]);
  });

  it.each([
    ["+xread", 'Broker "default": BullMQ\'s events cannot be read: NOPERM '],
    ["+xinfo|stream", 'Broker "default": the events of queue "work" cannot be read: NOPERM '],
  ])("cannot do without %s, which is said", async (right, message) => {
    await allow(rules.replace(` ${right}`, ""));
    const told: string[] = [];
    const events = await observeBullmqEvents({ ...minimal(url(0)), onProblem: (_, text) => told.push(text) });
    stack.use(events);
    await eventually(() => told.length).toBe(1);
    expect(told[0]?.startsWith(message), told[0]).toBe(true);
    await allow(rules);
    await eventually(() => events.connected && events.streams()[0]?.state).toBe("absent");
  });
});

function minimal(connection: BullmqEventsOptions["connection"]): BullmqEventsOptions {
  const { tasks } = recordedTasks();
  return { broker: "default", connection, path: "redis", tasks, queues: [{ name: "work" }], onProblem: () => {} };
}

describe("options that cannot be accepted", () => {
  it.each([
    [{ maxJobs: 0 }, /^maxJobs/],
    [{ queues: [{ name: "a:b" }] }, /^queues\[\]\.name/],
    [{ queues: [{ name: "" }] }, /^queues\[\]\.name/],
    [{ queues: [{ name: "a", prefix: "" }] }, /^queues\[\]\.prefix/],
    [{ queues: [{ name: "a" }, { name: "a", prefix: "bull" }] }, /^queues\[1\]/],
    [{ queues: undefined as never }, /^queues/],
    [{ connection: "http://localhost" }, /^redis/],
    [{ connection: {} as never }, /^redis/],
  ])("are refused: %j", async (options, path) => {
    const events = observeBullmqEvents({ ...minimal(server.url), ...options });
    await expect(events).rejects.toMatchObject({ code: "INVALID_OPTION", message: expect.stringMatching(path) });
  });

  it("a Cluster among them, with words", async () => {
    const cluster = stack.adopt(new Cluster([server.url], { lazyConnect: true }), (client) => client.disconnect());
    await expect(observeBullmqEvents(minimal(cluster as never))).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringContaining("no Cluster"),
    });
  });
});
