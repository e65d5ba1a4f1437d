import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import type { BullmqEventsPosition } from "../../src/bullmq-events/kept-position.ts";
import { eventually } from "../eventually.ts";
import { BullmqPlatform, caughtUp, loadBullmq, observed } from "./bullmq-platform.ts";

const KEY = "bull:work:events";

let stack: AsyncDisposableStack;
let server: RedisServer;
let redis: Redis;
let platform: BullmqPlatform;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  server = stack.use(await startRedis());
  redis = stack.adopt(new Redis(server.url), (client) => client.disconnect());
  redis.on("error", () => {});
  platform = stack.use(new BullmqPlatform(await loadBullmq(6), server));
});

afterEach(() => stack.disposeAsync());

/** A position as it comes back from where it was kept. */
const kept = (position: BullmqEventsPosition): unknown => JSON.parse(JSON.stringify(position));

function sum(...counts: Record<string, number>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const [key, count] of counts.flatMap((each) => Object.entries(each))) total[key] = (total[key] ?? 0) + count;
  return total;
}

async function entriesAdded(): Promise<number> {
  const info = (await redis.xinfo("STREAM", KEY)) as unknown[];
  return info[info.indexOf("entries-added") + 1] as number;
}

/** Jobs of three kinds, of which some fail once and some for good. */
async function addJobs(count: number): Promise<void> {
  const jobs = Array.from({ length: count }, (_, index) => ({
    name: ["sends", "recovers", "fails"][index % 3] as string,
    data: {},
    opts: { attempts: 2 },
  }));
  await platform.queue("work").addBulk(jobs);
}

function work(): void {
  platform.worker(
    "work",
    async ({ attemptsMade, name }) => {
      if (name === "fails" || (name === "recovers" && attemptsMade === 0)) throw new Error("no");
    },
    { concurrency: 5 },
  );
}

describe("a reader", () => {
  it("begins with what is written from now on, and knows the jobs that the stream still tells of", async () => {
    work();
    await addJobs(9);
    await eventually(async () => (await platform.queue("work").getJobCounts("completed", "failed")).completed).toBe(6);
    const waiting = await platform.queue("work").add("sends", {}, { delay: 600_000 });
    const seen = stack.use(await observed(server, ["work"]));
    await caughtUp(redis, seen);
    expect(seen.recorded.ends).toEqual([]);
    await waiting.promote();
    await eventually(() => seen.recorded.counts()).toEqual({ "sends work success": 1 });
    expect(seen.events.missed).toBe(0);
  });

  it("does not guess the names of jobs that were added before anything it can read", async () => {
    await platform.queue("work").add("sends", {});
    await redis.xtrim(KEY, "MAXLEN", 0);
    const seen = stack.use(await observed(server, ["work"]));
    work();
    await eventually(() => seen.recorded.counts()).toEqual({ "_UNKNOWN work success": 1 });
    expect(seen.recorded.starts).toEqual([{ task: "_UNKNOWN", queue: "work", waitSeconds: undefined }]);
    expect(seen.events.missed).toBe(0);
  });

  it("goes on from a position of any moment, and what was recorded by then and since is the truth", async () => {
    const first = stack.use(await observed(server, ["work"]));
    const moments: { position: unknown; counts: Record<string, number> }[] = [];
    const note = (): void => {
      moments.push({ position: kept(first.events.position()), counts: first.recorded.counts() });
    };
    work();
    await addJobs(300);
    for (let turns = 0; Object.keys(first.recorded.counts()).length < 4 || turns < 400; turns++) {
      if (turns % 40 === 0) note();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const truth = { "sends work success": 100, "recovers work success": 100, "recovers work retry": 100 };
    const failures = { "fails work retry": 100, "fails work failure _OTHER": 100 };
    await eventually(() => first.recorded.counts()).toEqual({ ...truth, ...failures });
    note();
    expect(moments.length).toBeGreaterThan(9);
    for (const { counts, position } of moments) {
      await using next = await observed(server, ["work"], { position });
      await eventually(() => sum(counts, next.recorded.counts())).toEqual({ ...truth, ...failures });
      await caughtUp(redis, next);
      expect(sum(counts, next.recorded.counts())).toEqual({ ...truth, ...failures });
      expect([next.events.missed, ...next.told]).toEqual([0]);
    }
  }, 60_000);

  it("knows from a position the names that the stream has lost, and what runs", async () => {
    const first = await observed(server, ["work"]);
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    platform.worker("work", () => finished);
    await platform.queue("work").addBulk([1, 2].map(() => ({ name: "slow", data: {} })));
    await eventually(() => first.recorded.active()).toEqual({ work: 1 });
    await caughtUp(redis, first);
    const position = kept(first.events.position());
    await first.events.shutdown();
    expect(first.recorded.active()).toEqual({ work: 0 });
    await redis.xtrim(KEY, "MAXLEN", 0);
    const next = stack.use(await observed(server, ["work"], { position }));
    expect(next.recorded.active()).toEqual({ work: 1 });
    finish();
    await eventually(() => next.recorded.counts()).toEqual({ "slow work success": 2 });
    expect(next.recorded.starts.map(({ waitSeconds }) => typeof waitSeconds)).toEqual(["undefined", "number"]);
    expect(next.events.missed).toBe(0);
  });

  it("counts what was written since a position was taken, of a queue that was not looked at by then", async () => {
    const position = { version: 1, atMs: Date.now(), missed: 0, streams: {} };
    await redis.xadd(KEY, `${position.atMs - 5000}-0`, "event", "completed", "jobId", "1", "prev", "active");
    await redis.xadd(KEY, `${position.atMs + 10}-0`, "event", "completed", "jobId", "2", "prev", "active");
    const seen = stack.use(await observed(server, ["work"], { position }));
    await eventually(() => seen.recorded.counts()).toEqual({ "_UNKNOWN work success": 1 });
    await caughtUp(redis, seen);
    expect([seen.recorded.counts(), seen.events.missed]).toEqual([{ "_UNKNOWN work success": 1 }, 0]);
  });

  it("keeps a position that it has not come to use yet, and says when one cannot be understood", async () => {
    const streams = { "bull:later:events": { id: "5-0", entries: 3, jobs: [] } };
    const seen = stack.use(await observed(server, ["work"], { position: { version: 1, atMs: 1, missed: 7, streams } }));
    expect(seen.events.position()).toMatchObject({ missed: 7, streams });
    expect(seen.events.missed).toBe(7);
    const odd = stack.use(await observed(server, ["work"], { position: { version: 2 } }));
    expect(odd.told).toEqual([
      'Broker "default": where BullMQ\'s events were read up to cannot be understood; they are read from now on.',
    ]);
  });
});

describe("what was trimmed away before it was read", () => {
  it("is counted exactly, however often it happens", async () => {
    const first = await observed(server, ["work"]);
    await addJobs(30);
    await caughtUp(redis, first);
    const position = kept(first.events.position());
    await first.events.shutdown();
    const before = await entriesAdded();
    expect(before).toBe(60);
    await addJobs(30);
    await redis.xtrim(KEY, "MAXLEN", 24);
    const next = stack.use(await observed(server, ["work"], { position }));
    await eventually(() => next.events.missed).toBe(60 - 24);
    await caughtUp(redis, next);
    // Jobs that are still to be taken up, of the 12 whose events were left and the 30 of before.
    expect(next.events.trackedJobs).toBe(42);
    expect(next.events.missed).toBe(36);
    expect(next.events.position().streams[KEY]?.entries).toBe(await entriesAdded());
    const again = kept(next.events.position());
    await next.events.shutdown();
    await addJobs(3);
    await redis.xtrim(KEY, "MAXLEN", 0);
    const last = stack.use(await observed(server, ["work"], { position: again }));
    await eventually(() => last.events.missed).toBe(42);
    expect(last.told).toEqual([]);
  });

  it("is counted exactly while it reads, when more is written in one step than a stream holds", async () => {
    const seen = stack.use(await observed(server, ["work"]));
    const lines = Array.from({ length: 5000 }, (_, index) => index);
    const write = redis.multi();
    for (const id of lines)
      write.xadd(KEY, "MAXLEN", 300, "*", "event", "completed", "jobId", String(id), "prev", "active");
    await write.exec();
    await eventually(() => seen.events.missed).toBe(4700);
    await caughtUp(redis, seen);
    await eventually(() => seen.recorded.counts()).toEqual({ "_UNKNOWN work success": 300 });
    expect(seen.events.missed).toBe(4700);
    expect(seen.told).toEqual([]);
  });
});
