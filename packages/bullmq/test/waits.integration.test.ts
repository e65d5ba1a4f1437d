import type { Job } from "bullmq";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../../../test/services/index.ts";
import { loadBullmq, MAJORS, ObservedBullmq } from "./observed-bullmq.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());

/** What a histogram knows of one label set. */
interface Waits {
  readonly count: number;
  readonly sum: number;
}

describe.each(MAJORS)("waits in a queue of BullMQ %d", (major) => {
  let queues = 0;

  async function setUp(): Promise<ObservedBullmq> {
    queues += 1;
    const platform = new ObservedBullmq(await loadBullmq(major), redis, `waits-${major}-${queues}`);
    onTestFinished(() => platform[Symbol.asyncDispose]());
    return platform;
  }

  async function waits(platform: ObservedBullmq, task: string): Promise<Waits | undefined> {
    const points = await platform.collected.points("task_wait_seconds");
    return points.find(({ attributes }) => attributes.task === task)?.value as Waits | undefined;
  }

  it("are from ready to started, of first attempts, without the delay and without the retries", async () => {
    const platform = await setUp();
    const plain = await platform.add("plain");
    const delayed = await platform.add("delayed", { delay: 300 });
    const flaky = await platform.add("flaky", { attempts: 3, backoff: 200 });
    const notBefore = Date.now() + 500;
    await expect.poll(() => Date.now() >= notBefore).toBe(true);
    const startedAt = Date.now();
    const firstRunAt = new Map<string, number>();
    platform.observed(async (job: Job) => {
      if (!firstRunAt.has(job.name)) firstRunAt.set(job.name, Date.now());
      if (job.name === "flaky" && job.attemptsMade < 2) throw new Error("not yet");
    });
    for (const job of [plain, delayed, flaky]) expect(await platform.ended(job)).toBe("completed");
    for (const job of [plain, delayed, flaky]) {
      await expect.poll(async () => (await waits(platform, job.name))?.count).toBe(1);
      const { sum } = (await waits(platform, job.name)) ?? expect.fail(`no wait of ${job.name}`);
      const readyAt = job.timestamp + (job.opts.delay ?? 0);
      expect(sum).toBeGreaterThanOrEqual((startedAt - readyAt) / 1000);
      expect(sum).toBeLessThanOrEqual(((firstRunAt.get(job.name) ?? Number.NaN) - readyAt) / 1000);
    }
  });

  it("are those of a scheduler's jobs from when each was due", async () => {
    const platform = await setUp();
    let sinceDue = 0;
    platform.observed(async ({ id = "" }: Job) => {
      sinceDue += Date.now() - Number(id.split(":").at(-1));
    });
    await platform.queue.upsertJobScheduler("ticker", { every: 200, limit: 4 }, { name: "tick" });
    await expect.poll(() => platform.outcomes("tick")).toEqual([4, 0, 0]);
    const { count, sum } = (await waits(platform, "tick")) ?? expect.fail("no wait");
    expect(count).toBe(4);
    // From due to taken up, and no more than to the processor's own start; the interval would add up to 0.6.
    expect(sum).toBeLessThanOrEqual(sinceDue / 1000);
  });

  it("leave parents of flows out, which waited for their children", async () => {
    const platform = await setUp();
    platform.observed(async (job: Job) => {
      if (job.name === "child") await new Promise((resolve) => setTimeout(resolve, 300));
    });
    const children = [{ name: "child", queueName: platform.queue.name }];
    const flow = { name: "parent", queueName: platform.queue.name, children };
    const { job } = await platform.flows().add(flow);
    const named = await platform.flows().add({ ...flow, name: "named", opts: { jobId: "of-its-own" } });
    expect(await platform.ended(job)).toBe("completed");
    expect(await platform.ended(named.job)).toBe("completed");
    await expect.poll(() => platform.outcomes("parent")).toEqual([1, 0, 0]);
    expect(await platform.values("task_wait_seconds")).toEqual({});
  });
});
