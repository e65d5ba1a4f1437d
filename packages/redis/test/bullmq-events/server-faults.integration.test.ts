import { Redis } from "ioredis";
import { afterEach, describe, expect, it } from "vitest";
import { type RedisOptions, type RedisServer, redisVersions, startRedis } from "../../../../test/services/index.ts";
import { eventually } from "../eventually.ts";
import { ioredisVersions } from "../ioredis-versions.ts";
import { BullmqPlatform, caughtUp, loadBullmq, observed } from "./bullmq-platform.ts";

const KEY = "bull:work:events";

let stack = new AsyncDisposableStack();
let server: RedisServer;
let redis: Redis;

async function start(options: RedisOptions = {}): Promise<void> {
  stack = new AsyncDisposableStack();
  server = stack.use(await startRedis(options));
  redis = stack.adopt(new Redis(server.url), (client) => client.disconnect());
  redis.on("error", () => {});
}

afterEach(() => stack.disposeAsync());

/** Writes what BullMQ writes about a job that is added, taken up and completed. */
async function write(id: string, ...events: string[]): Promise<void> {
  for (const event of events) {
    const more = event === "added" ? ["name", "send"] : event === "waiting" ? [] : ["prev", "active"];
    await redis.xadd(KEY, "*", "event", event, "jobId", id, ...more);
  }
}

const life = ["added", "waiting", "active", "completed"];

describe("when Redis restarts", () => {
  it("with its data, nothing is lost and nothing counts twice", async () => {
    await start({ args: ["--appendonly", "yes", "--appendfsync", "always"] });
    const platform = stack.use(new BullmqPlatform(await loadBullmq(6), server));
    const seen = stack.use(await observed(server, ["work"]));
    const queue = platform.queue("work");
    platform.worker("work", async () => {}, { concurrency: 5 });
    const add = (): Promise<unknown> => queue.addBulk(Array.from({ length: 50 }, () => ({ name: "send", data: {} })));
    await add();
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 50 });
    await server.restart();
    await add();
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 100 });
    await caughtUp(redis, seen);
    expect(seen.recorded.counts()).toEqual({ "send work success": 100 });
    expect(seen.events.missed).toBe(0);
    expect(seen.told.join()).toMatch(/^Broker "default": BullMQ's events cannot be read: [^,]*$/);
    expect(seen.recorded.active()).toEqual({ work: 0 });
  });

  it("without its data, what ran is not active any more, and what comes is counted", async () => {
    await start();
    const seen = stack.use(await observed(server, ["work"]));
    await write("1", "added", "waiting", "active");
    await eventually(() => seen.recorded.active()).toEqual({ work: 1 });
    await server.restart();
    await eventually(() => seen.recorded.active()).toEqual({ work: 0 });
    await write("1", ...life);
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 1 });
    expect(seen.events.missed).toBe(0);
  });

  it("with older data, nothing counts twice", async () => {
    await start();
    const seen = stack.use(await observed(server, ["work"]));
    await write("1", ...life);
    await redis.save();
    await write("2", ...life);
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 2 });
    await server.restart();
    await eventually(() => seen.events.connected).toBe(true);
    await write("3", ...life);
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 3 });
    await caughtUp(redis, seen);
    expect(seen.recorded.counts()).toEqual({ "send work success": 3 });
    expect(seen.events.missed).toBe(0);
  });

  it("is not there at first, it is said once and read when it comes", async () => {
    await start({ password: "secret" });
    await server.kill();
    const told: string[] = [];
    const reading = observed(server, ["work"], { onProblem: (_operation, message) => told.push(message) });
    await eventually(() => told.length).toBe(1);
    await server.restart();
    const seen = stack.use(await reading);
    await write("1", ...life);
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 1 });
    expect(told).toEqual([expect.stringContaining("no connection to the server: ECONNREFUSED")]);
    expect(told.join()).not.toContain("secret");
  });
});

describe("a frozen Redis", () => {
  it("is given up, and read when it thaws", { timeout: 40_000 }, async () => {
    await start();
    const seen = stack.use(await observed(server, ["work"]));
    server.freeze();
    await eventually(() => seen.told).toEqual([expect.stringContaining("the server does not answer")]);
    server.resume();
    await write("1", ...life);
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 1 });
  });
});

describe("queues", () => {
  it("whose key holds something else are said, and do not keep others from being read", async () => {
    await start();
    await redis.set("bull:odd:events", "text");
    const recordedQueues = [{ name: "odd" }, { name: "work", label: "acme" }];
    const told: string[] = [];
    const reading = observed(server, [], {
      queues: recordedQueues,
      onProblem: (_, message) => told.push(message),
    }).catch(() => undefined);
    await eventually(() => told).toEqual([
      'Broker "default": the events of queue "odd" cannot be read: its key holds something else than a stream',
    ]);
    await write("1", ...life);
    await redis.del("bull:odd:events");
    const seen = await reading;
    if (seen === undefined) throw new Error("the other queue was never read");
    stack.use(seen);
    await eventually(() => seen.recorded.counts()).toEqual({ "send acme success": 1 });
    expect(seen.events.streams()).toMatchObject([
      { queue: "odd", state: "absent" },
      { queue: "acme", state: "there" },
    ]);
  });

  it("of several prefixes and databases are told apart", async () => {
    await start();
    const other = stack.adopt(new Redis(server.url, { db: 3 }), (client) => client.disconnect());
    const queues = [{ name: "work" }, { name: "work", prefix: "{acme}", label: "acme" }];
    const seen = stack.use(await observed(server, [], { connection: `${server.url}/3`, queues }));
    await write("1", ...life);
    for (const event of life) await other.xadd("{acme}:work:events", "*", "event", event, "jobId", "1", "name", "send");
    await eventually(() => seen.recorded.counts()).toEqual({ "send acme success": 1 });
  });

  it("may be added later: of one that was found, what was written meanwhile counts; of another, what comes", async () => {
    await start();
    await write("1", ...life);
    await redis.xadd("bull:old:events", "1-1", "event", "completed", "jobId", "1", "prev", "active");
    const seen = stack.use(await observed(server, []));
    for (const name of ["old", "new"]) {
      await redis.xadd(`bull:${name}:events`, "*", "event", "added", "jobId", "2", "name", "send");
      await redis.xadd(`bull:${name}:events`, "*", "event", "completed", "jobId", "2", "prev", "active");
      seen.events.add({ name }, true);
    }
    seen.events.add({ name: "work" });
    await eventually(() => seen.recorded.counts()).toEqual({ "send new success": 1, "send old success": 1 });
    await caughtUp(redis, seen);
    await write("3", ...life);
    const counts = { "send new success": 1, "send old success": 1, "send work success": 1 };
    await eventually(() => seen.recorded.counts()).toEqual(counts);
    expect([seen.events.missed, ...seen.told]).toEqual([0]);
  });

  it("that are obliterated run nothing any more, and are read when they come back", async () => {
    await start();
    const platform = stack.use(new BullmqPlatform(await loadBullmq(6), server));
    const seen = stack.use(await observed(server, ["work"]));
    const queue = platform.queue("work");
    await queue.add("send", {});
    await eventually(() => seen.events.trackedJobs).toBe(1);
    await queue.obliterate({ force: true });
    platform.worker("work", async () => {});
    await queue.resume();
    await queue.add("send", {});
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 1 });
    expect(seen.events.missed).toBe(0);
  });
});

describe("jobs that are remembered", () => {
  it("are bounded in number, which is said, and the outcomes of forgotten ones still count", async () => {
    await start();
    const seen = stack.use(await observed(server, ["work"], { maxJobs: 2 }));
    for (const id of ["1", "2", "3"]) await write(id, "added", "waiting", "active");
    await eventually(() => seen.recorded.active()).toEqual({ work: 2 });
    for (const id of ["1", "2", "3"]) await write(id, "completed");
    await eventually(() => seen.recorded.counts()).toEqual({ "_UNKNOWN work success": 1, "send work success": 2 });
    expect(seen.told).toEqual([expect.stringContaining("more than 2 jobs of BullMQ have not ended")]);
    expect(seen.events.trackedJobs).toBe(0);
  });
});

describe.each(ioredisVersions)("a client of ioredis $major", ({ Redis: Client, major }) => {
  it.each([2, 3])("is copied and left alone, with protocol %i where it knows it", async (protocol) => {
    await start();
    const client = stack.adopt(new Client(server.url, { protocol, keyPrefix: "mine:" }), (own) => own.disconnect());
    const seen = stack.use(await observed(server, ["work"], { connection: client }));
    await write("1", ...life);
    await eventually(() => seen.recorded.counts()).toEqual({ "send work success": 1 });
    expect(client.status).toBe("ready");
    expect(major).toBeGreaterThan(4);
  });
});

describe.each(redisVersions())("the stream of $name", ({ name, program }) => {
  it("is read, and what was trimmed is counted where it can be", async () => {
    await start({ program });
    const first = await observed(server, ["work"]);
    await write("1", ...life);
    await eventually(() => first.recorded.counts()).toEqual({ "send work success": 1 });
    const position = first.events.position();
    await first.events.shutdown();
    await write("2", ...life);
    await write("3", ...life);
    await redis.xtrim(KEY, "MAXLEN", 1);
    const next = stack.use(await observed(server, ["work"], { position }));
    await eventually(() => next.recorded.counts()).toEqual({ "_UNKNOWN work success": 1 });
    const isOld = name === "Redis 6.2.5";
    await eventually(() => next.events.missed).toBe(isOld ? 0 : 7);
    expect(next.told.length).toBe(isOld ? 1 : 0);
    if (isOld) expect(next.told[0]).toContain("How many is not known.");
  });
});
