import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis, waitUntil } from "../../../test/services/index.ts";
import { observeWorker } from "../src/index.ts";
import { loadBullmq, MAJORS, ObservedBullmq } from "./observed-bullmq.ts";

const JOBS = 200;

let redis: RedisServer;
let admin: Redis;
beforeAll(async () => {
  redis = await startRedis();
  admin = new Redis(redis.url);
});
afterAll(async () => {
  admin?.disconnect();
  await redis?.[Symbol.asyncDispose]();
});

/** Calls by command since the last reset, those made by scripts included. */
async function commandCalls(): Promise<Record<string, number>> {
  const text = await admin.info("commandstats");
  const calls = [...text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name, count]) => [name, Number(count)]);
  return Object.fromEntries(calls) as Record<string, number>;
}

describe.each(MAJORS)("observing a worker of BullMQ %d", (major) => {
  it(`sends no command and opens no connection: ${JOBS} jobs cost Redis the same`, async () => {
    const bullmq = await loadBullmq(major);
    const run = async (name: string, observed: boolean): Promise<[calls: Record<string, number>, clients: number]> => {
      const platform = new ObservedBullmq(bullmq, redis, name);
      onTestFinished(() => platform[Symbol.asyncDispose]());
      const jobs = Array.from({ length: JOBS }, (_, job) => ({
        name: "easy",
        data: {},
        opts: { attempts: 1 + (job % 2) },
      }));
      const worker = platform.worker(
        async (job) => {
          if (job.attemptsMade === 0 && job.opts.attempts === 2) throw new Error("not yet");
        },
        { autorun: false, skipStalledCheck: true, skipLockRenewal: true },
      );
      await worker.waitUntilReady();
      await platform.queue.addBulk(jobs);
      const done = Promise.withResolvers<void>();
      let completed = 0;
      worker.on("completed", () => {
        completed += 1;
        if (completed === JOBS) done.resolve();
      });
      if (observed) observeWorker(worker, platform.tasks);
      await admin.config("RESETSTAT");
      worker.run().catch(() => {});
      await done.promise;
      // All that the last job costs was sent once the worker waits for the next.
      const blocked = async (): Promise<boolean> => /^blocked_clients:1\r?$/m.test(await admin.info("clients"));
      await waitUntil(blocked, { what: "the worker to be idle" });
      const calls = await commandCalls();
      const clients = Number(/^connected_clients:(\d+)/m.exec(await admin.info("clients"))?.[1]);
      expect(await platform.outcomes("easy")).toEqual(observed ? [JOBS, 0, JOBS / 2] : [0, 0, 0]);
      await platform[Symbol.asyncDispose]();
      // Ours, and those of the idle worker that waits for the next job.
      const { info: _info, config: _config, bzpopmin: _waiting, ...ofJobs } = calls;
      return [ofJobs, clients];
    };
    // The first run of all loads the scripts.
    await run(`warm-${major}`, false);
    const without = await run(`plain-${major}`, false);
    expect(without[0].evalsha).toBeGreaterThanOrEqual(JOBS);
    expect(await run(`observed-${major}`, true)).toEqual(without);
  });
});
