import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { eventually } from "../eventually.ts";
import { BullmqPlatform, caughtUp, loadBullmq, MAJORS, type Observed, observed } from "./bullmq-platform.ts";

describe.each(MAJORS)("jobs of BullMQ %i from outside", (major) => {
  let stack: AsyncDisposableStack;
  let server: RedisServer;
  let redis: Redis;
  let platform: BullmqPlatform;
  let seen: Observed;

  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    server = stack.use(await startRedis());
    redis = stack.adopt(new Redis(server.url), (client) => client.disconnect());
    platform = stack.use(new BullmqPlatform(await loadBullmq(major), server));
    seen = stack.use(await observed(server, ["work"]));
  });

  afterEach(() => stack.disposeAsync());

  const waits = (): (number | undefined)[] => seen.recorded.starts.map(({ waitSeconds }) => waitSeconds);
  const total = (): number => seen.recorded.ends.length;

  it("count by outcome: success, attempts that are followed by another, failure for good", async () => {
    const { UnrecoverableError } = platform.bullmq;
    const queue = platform.queue("work");
    platform.worker("work", async ({ attemptsMade, name }) => {
      if (name === "hopeless") throw new UnrecoverableError("no");
      if (name === "fails" || attemptsMade < 2) throw new TypeError("not yet");
    });
    await queue.add("recovers", {}, { attempts: 3 });
    await queue.add("backs-off", {}, { attempts: 3, backoff: 10 });
    await queue.add("fails", {}, { attempts: 2, removeOnFail: true });
    await queue.add("hopeless", {}, { attempts: 5 });
    await eventually(total).toBe(2 + 1 + 2 + 1 + 1 + 1 + 1);
    await caughtUp(redis, seen);
    expect(seen.recorded.counts()).toEqual({
      "recovers work retry": 2,
      "recovers work success": 1,
      "backs-off work retry": 2,
      "backs-off work success": 1,
      "fails work retry": 1,
      "fails work failure _OTHER": 1,
      "hopeless work failure _OTHER": 1,
    });
    expect(seen.recorded.active()).toEqual({ work: 0 });
    expect(seen.events.trackedJobs).toBe(0);
    expect([...seen.recorded.problems, ...seen.told]).toEqual([]);
  });

  it("are timed by the clock of Redis: run time, and wait without the delay", async () => {
    const queue = platform.queue("work");
    const delayed = await queue.add("delayed", {}, { delay: 1500 });
    const ready = await queue.add("ready", {});
    const promoted = await queue.add("promoted", {}, { delay: 600_000 });
    await promoted.promote();
    const run = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 120));
    platform.worker("work", run, { concurrency: 3 });
    await eventually(total).toBe(3);
    for (const { durationSeconds } of seen.recorded.ends) expect(durationSeconds).toBeGreaterThanOrEqual(0.118);
    const jobs = await Promise.all([delayed, ready, promoted].map(({ id = "" }) => queue.getJob(id)));
    for (const job of jobs) {
      const start = seen.recorded.starts.find(({ task }) => task === job?.name);
      const end = seen.recorded.ends.find(({ task }) => task === job?.name);
      const { delay = 0 } = job?.opts ?? {};
      const since = (job?.timestamp ?? 0) + (job?.name === "promoted" ? 0 : delay);
      // By the job's own fields, which its worker's clock has written: the same machine, whole milliseconds.
      const waited = ((job?.processedOn ?? 0) - since) / 1000;
      expect(Math.abs((start?.waitSeconds ?? Number.NaN) - waited)).toBeLessThan(2);
      const ranSeconds = ((job?.finishedOn ?? 0) - (job?.processedOn ?? 0)) / 1000;
      expect(end?.durationSeconds).toBeGreaterThanOrEqual(0.118);
      expect(end?.durationSeconds).toBeLessThan(ranSeconds + 1);
    }
  });

  it("have a wait for the first attempt alone, and none as parents of a flow", async () => {
    platform.worker("work", async ({ attemptsMade, name }) => {
      if (name === "again" && attemptsMade === 0) throw new Error("not yet");
    });
    await platform.queue("work").add("again", {}, { attempts: 2 });
    await eventually(total).toBe(2);
    expect(waits()).toEqual([expect.any(Number), undefined]);
    await platform.flows().add({ name: "parent", queueName: "work", children: [{ name: "child", queueName: "work" }] });
    await eventually(total).toBe(4);
    expect(seen.recorded.starts.slice(2)).toEqual([
      { task: "child", queue: "work", waitSeconds: expect.any(Number) },
      { task: "parent", queue: "work", waitSeconds: undefined },
    ]);
    expect(seen.recorded.counts()).toMatchObject({ "child work success": 1, "parent work success": 1 });
  });

  it("are active while they run, and stalled when their worker lost them", async () => {
    const queue = platform.queue("work");
    const never = new Promise<void>(() => {});
    const lost = platform.worker("work", () => never, {
      ...{ lockDuration: 300, skipLockRenewal: true, skipStalledCheck: true, concurrency: 2 },
    });
    await queue.addBulk([1, 2].map(() => ({ name: "slow", data: {} })));
    await eventually(() => seen.recorded.active()).toEqual({ work: 2 });
    await lost.close(true);
    platform.worker("work", async () => {}, { stalledInterval: 100, concurrency: 2 });
    await eventually(() => seen.recorded.counts()).toEqual({ "slow work success": 2 });
    expect(seen.recorded.active()).toEqual({ work: 0 });
    expect(seen.recorded.stalls).toEqual({ work: 2 });
    // Retries are none of them, and neither is the second start a first one.
    expect(waits()).toEqual([expect.any(Number), expect.any(Number), undefined, undefined]);
  });

  it("fail for good when they stalled too often", async () => {
    const queue = platform.queue("work");
    const never = new Promise<void>(() => {});
    const lost = platform.worker("work", () => never, {
      lockDuration: 200,
      skipLockRenewal: true,
      skipStalledCheck: true,
    });
    await queue.add("slow", {});
    await eventually(() => seen.recorded.active()).toEqual({ work: 1 });
    await lost.close(true);
    platform.worker("work", async () => {}, { stalledInterval: 100, maxStalledCount: 0 });
    await eventually(() => seen.recorded.counts()).toEqual({ "slow work failure _OTHER": 1 });
    expect(seen.recorded.stalls).toEqual({ work: 1 });
    expect(seen.recorded.active()).toEqual({ work: 0 });
  });

  it("keep their names when somebody has them tried again, and lose them with their ids", async () => {
    const queue = platform.queue("work");
    let broken = true;
    platform.worker("work", async () => {
      if (broken) throw new Error("not yet");
    });
    await queue.add("mended", {}, { jobId: "mine" });
    await eventually(() => seen.recorded.counts()).toEqual({ "mended work failure _OTHER": 1 });
    broken = false;
    await queue.retryJobs({ state: "failed" });
    await eventually(() => seen.recorded.counts()).toEqual({
      "mended work failure _OTHER": 1,
      "mended work success": 1,
    });
    await (await queue.getJob("mine"))?.remove();
    await queue.add("other", {}, { jobId: "mine" });
    await eventually(() => seen.recorded.counts()).toMatchObject({ "other work success": 1 });
    expect(waits().map((wait) => typeof wait)).toEqual(["number", "undefined", "number"]);
  });

  it("that are repeated by a scheduler, deduplicated, prioritized or removed count as what they come to", async () => {
    const queue = platform.queue("work");
    const stays = await queue.add("removed", {}, { delay: 600_000 });
    await stays.remove();
    await queue.add("once", {}, { deduplication: { id: "it", ttl: 60_000 } });
    await queue.add("once", {}, { deduplication: { id: "it", ttl: 60_000 } });
    await queue.add("urgent", {}, { priority: 1 });
    await queue.add("twice", {}, { jobId: "same", delay: 200 });
    await queue.add("twice", {}, { jobId: "same", delay: 200 });
    await queue.upsertJobScheduler("each", { every: 100, limit: 3 }, { name: "tick" });
    platform.worker("work", async () => {});
    await eventually(() => seen.recorded.counts()).toEqual({
      "once work success": 1,
      "urgent work success": 1,
      "twice work success": 1,
      "tick work success": 3,
    });
    expect(seen.recorded.declared).toEqual(["removed work", "once work", "urgent work", "twice work", "tick work"]);
  });

  it("that their processor puts back look like attempts that failed, which is documented", async () => {
    const { DelayedError, WaitingError } = platform.bullmq;
    platform.worker("work", async (job, token) => {
      if ((job.attemptsStarted ?? 0) > 1) return;
      if (job.name === "later") {
        await job.moveToDelayed(Date.now() + 10, token);
        throw new DelayedError();
      }
      await (job as unknown as { moveToWait(token?: string): Promise<void> }).moveToWait(token);
      throw new WaitingError();
    });
    const queue = platform.queue("work");
    await queue.add("later", {});
    await queue.add("back", {});
    await eventually(() => seen.recorded.counts()).toEqual({
      "later work retry": 1,
      "later work success": 1,
      "back work retry": 1,
      "back work success": 1,
    });
  });
});
