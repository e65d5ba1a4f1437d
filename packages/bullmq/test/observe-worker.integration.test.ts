import { fileURLToPath } from "node:url";
import type { Job } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../../../test/services/index.ts";
import { observeWorker } from "../src/index.ts";
import { loadBullmq, MAJORS, ObservedBullmq } from "./observed-bullmq.ts";

const SANDBOXED = fileURLToPath(new URL("fixtures/sandboxed-processor.cjs", import.meta.url));

class QuotaError extends Error {}

/** The value of a histogram's point. */
interface Summed {
  readonly sum: number;
}

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());

describe.each(MAJORS)("a worker of BullMQ %d", (major) => {
  let queues = 0;

  async function setUp(): Promise<ObservedBullmq> {
    queues += 1;
    const platform = new ObservedBullmq(await loadBullmq(major), redis, `jobs-${major}-${queues}`);
    onTestFinished(() => platform[Symbol.asyncDispose]());
    return platform;
  }

  /** A processor that waits until it is let go, and what it waits with. */
  function gate(): { readonly run: () => Promise<string>; open: () => void; readonly entered: Promise<void> } {
    const entered = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    const run = async (): Promise<string> => {
      entered.resolve();
      await opened.promise;
      return "done";
    };
    return { run, open: opened.resolve, entered: entered.promise };
  }

  it("counts successes, failures for good by class of error, and attempts that are followed by another", async () => {
    const platform = await setUp();
    const { UnrecoverableError } = platform.bullmq;
    platform.observed(async (job: Job) => {
      if (job.name === "flaky" && job.attemptsMade < 2) throw new QuotaError("not yet");
      if (job.name === "hopeless") throw new QuotaError("never");
      if (job.name === "given-up") throw new UnrecoverableError("no use");
      return job.name;
    });
    const jobs = [
      await platform.add("easy"),
      await platform.add("flaky", { attempts: 3, backoff: 5 }),
      await platform.add("hopeless", { attempts: 2 }),
      await platform.add("given-up", { attempts: 5 }),
      await platform.add("easy", { removeOnComplete: true }),
      await platform.add("hopeless", { removeOnFail: true }),
    ];
    for (const job of jobs.slice(0, 4)) await platform.ended(job);
    await expect.poll(() => platform.outcomes("easy")).toEqual([2, 0, 0]);
    await expect.poll(() => platform.outcomes("hopeless")).toEqual([0, 2, 1]);
    await expect.poll(() => platform.outcomes("flaky")).toEqual([1, 0, 2]);
    await expect.poll(() => platform.outcomes("given-up")).toEqual([0, 1, 0]);
    const { name } = platform.queue;
    expect(await platform.values("task_error_total")).toEqual({
      [`task=hopeless,queue=${name},error_type=QuotaError`]: 2,
      [`task=given-up,queue=${name},error_type=UnrecoverableError`]: 1,
    });
    // Of attempts that ended the task alone.
    expect(await platform.values("task_duration_seconds")).toEqual({
      [`task=easy,queue=${name}`]: 2,
      [`task=flaky,queue=${name}`]: 1,
      [`task=hopeless,queue=${name}`]: 2,
      [`task=given-up,queue=${name}`]: 1,
    });
    await platform.idle();
    expect(platform.problems).toEqual([]);
  });

  it("tells the class of an error that comes from a sandboxed process", async () => {
    const platform = await setUp();
    platform.observed(SANDBOXED);
    await platform.ended(await platform.add("heavy", {}, { fails: true }));
    await platform.ended(await platform.add("heavy", {}, { fails: false }));
    await expect.poll(() => platform.outcomes("heavy")).toEqual([1, 1, 0]);
    expect(Object.keys(await platform.values("task_error_total"))).toEqual([
      `task=heavy,queue=${platform.queue.name},error_type=OutOfMemoryError`,
    ]);
    await platform.idle();
  });

  it("shows what runs now and for how long, and how many slots there are, of all workers of the process", async () => {
    const platform = await setUp();
    const { run, open, entered } = gate();
    platform.observed(run, { concurrency: 3 });
    const other = platform.observed(run, { concurrency: 2 });
    for (let job = 0; job < 4; job++) await platform.add("slow");
    await entered;
    const labels = `queue=${platform.queue.name}`;
    await expect.poll(() => platform.active()).toBe(4);
    expect((await platform.values("task_oldest_active_seconds"))[labels]).toBeGreaterThan(0);
    expect(await platform.values("task_concurrency")).toEqual({ [labels]: 5 });
    other.concurrency = 7;
    expect(await platform.values("task_concurrency")).toEqual({ [labels]: 10 });
    open();
    await platform.idle();
    await expect.poll(() => platform.outcomes("slow")).toEqual([4, 0, 0]);
    await other.close();
    expect(await platform.values("task_concurrency")).toEqual({ [labels]: 3 });
  });

  it("times the processor and not what storing the end takes; until then the job is active", async () => {
    const platform = await setUp();
    const admin = new Redis(redis.url);
    onTestFinished(() => admin.disconnect());
    platform.observed(async () => {
      await admin.client("PAUSE", 2500, "ALL");
    });
    await platform.add("stored-late");
    await expect.poll(() => platform.active(), { interval: 5 }).toBe(1);
    const labels = `queue=${platform.queue.name}`;
    const oldest = async (): Promise<number> => (await platform.values("task_oldest_active_seconds"))[labels] ?? 0;
    await expect.poll(oldest).toBeGreaterThan(1.5);
    await expect.poll(() => platform.outcomes("stored-late")).toEqual([1, 0, 0]);
    const sums = (await platform.collected.points("task_duration_seconds")).map(({ value }) => (value as Summed).sum);
    expect(sums).toHaveLength(1);
    expect(sums[0]).toBeLessThan(1.5);
  });

  it("counts nothing, and leaves nothing active, for a job that is rate-limited, delayed or moved aside by its processor", async () => {
    const platform = await setUp();
    const { DelayedError, WaitingChildrenError, WaitingError } = platform.bullmq;
    let aside = 0;
    const worker = platform.observed(async (job: Job, token) => {
      if (job.attemptsStarted > 1 || job.name === "child") return "done";
      aside += 1;
      if (job.name === "limited") {
        await platform.queue.rateLimit(20);
        throw platform.bullmq.Worker.RateLimitError();
      }
      if (job.name === "delayed") {
        await job.moveToDelayed(Date.now() + 20, token);
        throw new DelayedError();
      }
      if (job.name === "put-back") {
        await job.moveToWait(token);
        throw new WaitingError();
      }
      await platform.queue.add("child", {}, { parent: { id: job.id as string, queue: job.queueQualifiedName } });
      if (await job.moveToWaitingChildren(token as string)) throw new WaitingChildrenError();
      return "done";
    });
    for (const name of ["limited", "delayed", "put-back", "parent"]) {
      const job = await platform.add(name, { attempts: 3 });
      expect(await platform.ended(job)).toBe("completed");
      await expect.poll(() => platform.outcomes(name)).toEqual([1, 0, 0]);
    }
    expect(aside).toBe(4);
    await worker.close();
    await platform.idle();
  });

  it("leaves a job that has lost its lock to whoever counts it, and counts the stalled", async () => {
    const platform = await setUp();
    const { run, open, entered } = gate();
    const stuck = platform.observed(run, { lockDuration: 100, skipLockRenewal: true, skipStalledCheck: true });
    const job = await platform.add("slow");
    await entered;
    await stuck.pause(true);
    const second = new ObservedBullmq(platform.bullmq, redis, platform.queue.name);
    onTestFinished(() => second[Symbol.asyncDispose]());
    second.observed(async () => "done", { stalledInterval: 100, maxStalledCount: 3 });
    expect(await platform.ended(job)).toBe("completed");
    open();
    await platform.idle();
    expect(await platform.outcomes("slow")).toEqual([0, 0, 0]);
    await expect.poll(() => second.outcomes("slow")).toEqual([1, 0, 0]);
    expect(await second.values("task_stalled_total")).toEqual({ [`queue=${platform.queue.name}`]: 1 });
    expect(await second.values("task_wait_seconds")).toEqual({});
  });

  it("counts a job that stalled too often as failed, once", async () => {
    const platform = await setUp();
    const stuck = platform.worker(() => new Promise(() => {}), {
      lockDuration: 100,
      skipLockRenewal: true,
      skipStalledCheck: true,
    });
    const job = await platform.add("poison", { attempts: 3 });
    await expect.poll(() => job.getState()).toBe("active");
    await stuck.close(true);
    platform.observed(async () => "done", { lockDuration: 100, stalledInterval: 100, maxStalledCount: 0 });
    expect(await platform.ended(job)).toBe("failed");
    await expect.poll(() => platform.outcomes("poison")).toEqual([0, 1, 0]);
    expect(await platform.values("task_error_total")).toEqual({
      [`task=poison,queue=${platform.queue.name},error_type=UnrecoverableError`]: 1,
    });
    await platform.idle();
  });

  it("waits with the worker for the job at hand when it closes, and counts it", async () => {
    const platform = await setUp();
    const { run, open, entered } = gate();
    const worker = platform.observed(run);
    await platform.add("slow");
    await entered;
    const closed = worker.close();
    expect(await platform.active()).toBe(1);
    open();
    await closed;
    expect(await platform.outcomes("slow")).toEqual([1, 0, 0]);
    expect(await platform.active()).toBe(0);
    expect(await platform.values("task_concurrency")).toEqual({});
  });

  it("gives up what a forced close leaves behind, though it may never end", async () => {
    const platform = await setUp();
    const { run, open, entered } = gate();
    const worker = platform.observed(run);
    const job = await platform.add("endless");
    await entered;
    expect(await platform.active()).toBe(1);
    await worker.close(true);
    expect(await platform.active()).toBe(0);
    expect(await platform.values("task_concurrency")).toEqual({});
    open();
    expect(await job.getState()).toBe("active");
    expect(await platform.outcomes("endless")).toEqual([0, 0, 0]);
  });

  it("gives up a sandboxed process that a forced close ends", async () => {
    const platform = await setUp();
    const worker = platform.observed(SANDBOXED);
    const job = await platform.add("endless", {}, { hangs: true });
    await expect.poll(() => platform.active()).toBe(1);
    await worker.close(true);
    expect(await platform.active()).toBe(0);
    expect(await job.getState()).toBe("active");
    expect(await platform.outcomes("endless")).toEqual([0, 0, 0]);
  });

  it("counts nothing, and leaves nothing active, when Redis comes back without the job that was at hand", async () => {
    await using forgetful = await startRedis();
    await using platform = new ObservedBullmq(await loadBullmq(major), forgetful, "forgotten");
    const { run, open, entered } = gate();
    platform.observed(run);
    await platform.add("lost");
    await entered;
    await forgetful.kill();
    open();
    await forgetful.restart();
    await platform.idle();
    expect(await platform.outcomes("lost")).toEqual([0, 0, 0]);
    await platform.ended(await platform.add("lost"));
    await expect.poll(() => platform.outcomes("lost")).toEqual([1, 0, 0]);
  });

  it("counts manually fetched jobs where they are started by hand, and only there", async () => {
    const platform = await setUp();
    const worker = platform.observed(null, { autorun: false });
    await platform.add("by-hand");
    const job = (await worker.getNextJob("token")) as Job;
    {
      using run = platform.tasks.start(job.name, { queue: platform.queue.name });
      expect(await platform.active()).toBe(1);
      await job.moveToCompleted("done", "token", false);
      run.succeed();
    }
    expect(await platform.outcomes("by-hand")).toEqual([1, 0, 0]);
    await platform.idle();
  });

  it("has the label it is given", async () => {
    const platform = await setUp();
    platform.observed(async () => "done", {}, { queue: "acme-jobs" });
    await platform.ended(await platform.add("easy"));
    await expect.poll(() => platform.values("task_success_total")).toEqual({ "task=easy,queue=acme-jobs": 1 });
    expect(await platform.values("task_concurrency")).toEqual({ "queue=acme-jobs": 1 });
  });

  it("counts jobs once when it is observed twice, for the one who came last", async () => {
    const platform = await setUp();
    const { run, open, entered } = gate();
    const worker = platform.observed(run);
    await platform.add("slow");
    await entered;
    const last = observeWorker(worker, platform.tasks, { queue: "again" });
    worker.observation.detach();
    open();
    await expect
      .poll(() => platform.values("task_success_total"))
      .toEqual({
        [`task=slow,queue=${platform.queue.name}`]: 0,
        "task=slow,queue=again": 1,
      });
    expect(await platform.values("task_duration_seconds")).toMatchObject({ "task=slow,queue=again": 1 });
    await platform.idle();
    expect(await platform.values("task_concurrency")).toEqual({ "queue=again": 1 });
    last.detach();
    expect(Object.hasOwn(worker, "processJob")).toBe(false);
  });

  it("detaches completely, in the middle of a job, and the worker goes on", async () => {
    const platform = await setUp();
    const { run, open, entered } = gate();
    const worker = platform.worker(run);
    const listeners = (): Record<string, number> =>
      Object.fromEntries(worker.eventNames().map((event) => [event, worker.listenerCount(event as "error")]));
    const before = listeners();
    const symbols = Object.getOwnPropertySymbols(worker);
    const observation = observeWorker(worker, platform.tasks);
    const job = await platform.add("slow");
    await entered;
    expect(await platform.active()).toBe(1);
    observation.detach();
    observation[Symbol.dispose]();
    expect(listeners()).toEqual(before);
    expect(Object.getOwnPropertySymbols(worker)).toEqual(symbols);
    expect(Object.hasOwn(worker, "processJob")).toBe(false);
    expect(await platform.active()).toBe(0);
    expect(await platform.values("task_concurrency")).toEqual({});
    open();
    expect(await platform.ended(job)).toBe("completed");
    expect(await platform.ended(await platform.add("slow"))).toBe("completed");
    expect(await platform.outcomes("slow")).toEqual([0, 0, 0]);
  });

  it("leaves the class, and what others put over it, as they are", async () => {
    const platform = await setUp();
    const prototype = Object.getOwnPropertyDescriptor(platform.bullmq.Worker.prototype, "processJob");
    const worker = platform.observed(async () => "done", { autorun: false });
    const observed = worker.processJob.bind(worker);
    let seen = 0;
    const theirs: typeof worker.processJob = (...job) => {
      seen += 1;
      return observed(...job);
    };
    worker.processJob = theirs;
    worker.observation.detach();
    expect(worker.processJob).toBe(theirs);
    expect(Object.getOwnPropertyDescriptor(platform.bullmq.Worker.prototype, "processJob")).toEqual(prototype);
    worker.run().catch(() => {});
    await platform.ended(await platform.add("easy"));
    expect(seen).toBe(1);
    expect(await platform.values("task_success_total")).toEqual({});
  });

  it("counts although a listener of the application throws, and though the recorder does, the worker goes on", async () => {
    const platform = await setUp();
    const worker = platform.worker(async () => "done");
    worker.on("completed", () => {
      throw new Error("not ours");
    });
    observeWorker(worker, platform.tasks);
    await platform.ended(await platform.add("easy"));
    await expect.poll(() => platform.outcomes("easy")).toEqual([1, 0, 0]);

    const failing = (): never => {
      throw new Error("ours");
    };
    const slots = { resize: failing, [Symbol.dispose]: failing };
    const recorder = { ...platform.tasks, start: failing, record: failing, stalled: failing, addSlots: () => slots };
    const errors: unknown[] = [];
    worker.on("error", (error) => errors.push(error.message));
    observeWorker(worker, recorder);
    expect(await platform.ended(await platform.add("easy"))).toBe("completed");
    await worker.close();
    // The application's own.
    expect(errors).toEqual(["not ours"]);
  });

  it.each([
    [undefined, "undefined"],
    [{ name: "jobs", prependListener: () => {}, removeListener: () => {} }, "an object"],
  ])("refuses what is no worker: %j", async (worker, got) => {
    const { tasks } = await setUp();
    expect(() => observeWorker(worker as never, tasks)).toThrow(
      new RegExp(`observeWorker\\(worker\\): got ${got}; expected a Worker of BullMQ 5 or 6`),
    );
  });

  it("refuses an empty label and what is no recorder", async () => {
    const platform = await setUp();
    const worker = platform.worker(null, { autorun: false });
    expect(() => observeWorker(worker, platform.tasks, { queue: " " })).toThrow(/expected text, not empty/);
    expect(() => observeWorker(worker, undefined as never)).toThrow(/expected a recorder: vitals.tasks/);
    expect(Object.hasOwn(worker, "processJob")).toBe(false);
  });
});
