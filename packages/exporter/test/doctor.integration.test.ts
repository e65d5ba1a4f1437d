import { type Job, Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import {
  type RedisServer,
  type RunningProcess,
  startProcess,
  startRedis,
  waitUntil,
} from "../../../test/services/index.ts";
import type { DoctorReport, QueueReport } from "../src/doctor/doctor-report.ts";
import { exporterCommand, runExporter } from "./start-exporter.ts";

/** Takes what is to be done when a test has ended; tests that run at the same time have one each. */
type OnEnd = (end: () => Promise<void> | void) => void;

async function startServer(onEnd: OnEnd, password = "s3cr3t"): Promise<RedisServer> {
  const redis = await startRedis({ password });
  onEnd(() => redis.stop());
  return redis;
}

const connectionTo = ({ host, password = "", port }: RedisServer): object => ({
  ...{ host, port, password, maxRetriesPerRequest: null },
});

function openQueue(onEnd: OnEnd, redis: RedisServer, name: string): Queue {
  const queue = new Queue(name, { connection: connectionTo(redis) });
  queue.on("error", () => {});
  onEnd(() => queue.close());
  return queue;
}

function startWorker(onEnd: OnEnd, redis: RedisServer, name: string, ownName?: string): void {
  const work = async (job: Job): Promise<void> => {
    if (job.name === "fail") throw new TypeError("no");
  };
  const worker = new Worker(name, work, {
    connection: connectionTo(redis),
    ...(ownName !== undefined && { name: ownName }),
  });
  worker.on("error", () => {});
  onEnd(() => worker.close(true));
}

/** Adds a job every so often, until the test ends. */
function keepAdding(onEnd: OnEnd, queue: Queue, job: string): void {
  const timer = setInterval(() => void queue.add(job, {}).catch(() => {}), 100);
  onEnd(() => clearInterval(timer));
}

async function diagnosed(
  redis: RedisServer,
  ...args: readonly string[]
): Promise<{ readonly report: DoctorReport; readonly exitCode: number | null }> {
  const { exitCode, stderr, stdout } = await runExporter(["doctor", ...args, "--json"], { REDIS_URL: redis.url });
  expect({ stderr, leaks: stdout.includes("s3cr3t") }).toEqual({ stderr: "", leaks: false });
  return { report: JSON.parse(stdout) as DoctorReport, exitCode };
}

const named = (report: DoctorReport, name: string): QueueReport | undefined =>
  report.queues.find(({ queue }) => queue === name);

describe("doctor", () => {
  // They watch for seconds in which this machine has nothing to do.
  it.concurrent("tells queues of BullMQ that are idle, healthy, paused, without workers, and failing, by Redis alone", async ({
    onTestFinished,
  }) => {
    const redis = await startServer(onTestFinished);
    for (const name of ["idle", "busy", "paused", "poisoned"])
      startWorker(onTestFinished, redis, name, name === "busy" ? "one" : undefined);
    await openQueue(onTestFinished, redis, "idle").add("work", {});
    keepAdding(onTestFinished, openQueue(onTestFinished, redis, "busy"), "work");
    keepAdding(onTestFinished, openQueue(onTestFinished, redis, "poisoned"), "fail");
    const paused = openQueue(onTestFinished, redis, "paused");
    await paused.pause();
    await paused.add("work", {});
    await openQueue(onTestFinished, redis, "lonely").addBulk([1, 2, 3].map(() => ({ name: "work", data: {} })));

    const { exitCode, report } = await diagnosed(redis, "--queue", "bullmq:*", "--watch-for", "6");
    expect(report.queues.map(({ alert, queue, verdict }) => [queue, verdict, alert])).toEqual([
      ["lonely", "starving", "TaskWorkersGone"],
      ["paused", "stuck", "TaskQueuePaused"],
      ["poisoned", "failing", "TaskFailureRatioHigh"],
      ["busy", "healthy", undefined],
      ["idle", "healthy", undefined],
    ]);
    expect(report).toMatchObject({ result: "attention", unreachable: [], unknown: [] });
    expect(report.brokers).toMatchObject([
      { broker: "default", verdict: "healthy", address: `127.0.0.1:${redis.port}` },
    ]);
    expect(named(report, "busy")?.seen).toMatchObject({ workers: 1, failed: 0, paused: false });
    expect(named(report, "busy")?.seen.ended).toBeGreaterThan(10);
    expect(named(report, "idle")?.seen).toMatchObject({ ready: 0, ended: 0, workers: 1 });
    expect(named(report, "lonely")?.seen).toMatchObject({ ready: 3, workers: 0 });
    expect(named(report, "poisoned")?.seen.outcomes?.map(({ task }) => task)).toEqual(["fail"]);
    expect(report.watchedSeconds).toBeGreaterThan(4);
    expect(exitCode).toBe(3);
  });

  it.concurrent("says of a queue whose key is something else that it is blind, without watching any longer", async ({
    onTestFinished,
  }) => {
    const redis = await startServer(onTestFinished);
    const client = new Redis(redis.url, { protocol: 2 });
    onTestFinished(() => client.disconnect());
    await client.rpush("scores", "1");
    const { exitCode, report } = await diagnosed(redis, "--queue", "zset:scores");
    expect(report.queues).toMatchObject([{ queue: "scores", verdict: "blind", alert: "TaskQueueReadingStale" }]);
    expect(report.queues[0]?.evidence).toEqual(["it cannot be read: its key holds another type (wrong_type)"]);
    expect(report.queues[0]?.next).toContain("is it the right layout");
    expect({ exitCode, watchedSeconds: report.watchedSeconds }).toEqual({ exitCode: 3, watchedSeconds: 0 });
  });

  it.concurrent("says of a server that is away that it is, and that its queues are blind", async ({
    onTestFinished,
  }) => {
    const redis = await startServer(onTestFinished);
    await redis.kill();
    const { exitCode, report } = await diagnosed(redis, "--queue", "bullmq:mails", "--queue", "rq:default");
    expect(report.brokers).toMatchObject([{ verdict: "away", alert: "TaskBrokerDown" }]);
    expect(report.brokers[0]?.evidence[0]).toContain("ECONNREFUSED");
    expect(report.queues.map(({ queue, verdict }) => [queue, verdict])).toEqual([
      ["default", "blind"],
      ["mails", "blind"],
    ]);
    expect(exitCode).toBe(3);
  });

  it.concurrent("reports again and again with --watch, a line of JSON each, and ends with what it said last", async ({
    onTestFinished,
  }) => {
    const redis = await startServer(onTestFinished);
    await openQueue(onTestFinished, redis, "lonely").add("work", {});
    const child = await startDoctor(
      onTestFinished,
      redis,
      "--queue",
      "bullmq:lonely",
      "--watch-for",
      "5",
      "--watch",
      "--json",
    );
    const lines = await waitUntil(
      () => {
        const complete = child.output().split("\n").slice(0, -1);
        return complete.length >= 1 && complete;
      },
      { what: "a report", timeoutMs: 60_000 },
    );
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({ queues: [{ queue: "lonely", verdict: "starving" }] });
    child.kill("SIGTERM");
    expect(await child.exited).toEqual({ code: 3, signal: null });
  });

  it("ends with 0 and a line for a person when all is healthy, after one look where no more is wanted", async ({
    onTestFinished,
  }) => {
    const redis = await startServer(onTestFinished);
    await openQueue(onTestFinished, redis, "idle").add("work", {}, { delay: 600_000 });
    const args = ["doctor", "--queue", "bullmq:idle", "--watch-for", "0", "--format", "text"];
    const { exitCode, stdout } = await runExporter(args, { REDIS_URL: redis.url });
    expect(stdout).toMatch(
      /^The only queue is healthy \(one look\)\.\n\n✓ Queue idle is healthy: nothing waits, 0 running, 0 workers\n✓ Broker default \(127\.0\.0\.1:\d+\) is healthy: it answers a ping in [\d.]+ ms\n$/,
    );
    expect(exitCode).toBe(0);
  });

  it("goes on where the list of connections is refused, and says that workers are not known", async ({
    onTestFinished,
  }) => {
    const redis = await startServer(onTestFinished);
    await openQueue(onTestFinished, redis, "lonely").add("work", {});
    const client = new Redis(redis.url, { protocol: 2 });
    onTestFinished(() => client.disconnect());
    await client.call("ACL", "SETUSER", "reader", "on", ">s3cr3t", "~*", "&*", "+@all", "-client|list");
    const url = redis.url.replace("redis://:", "redis://reader:");
    const { report } = await diagnosed({ ...redis, url }, "--queue", "bullmq:lonely", "--watch-for", "0");
    expect(report.queues).toMatchObject([{ queue: "lonely", verdict: "healthy" }]);
    expect(report.unknown).toContain(
      "Workers of BullMQ on broker default: the server refuses to list its connections (NOPERM).",
    );
  });

  it("ends within two seconds of being asked to, with 1 where it has said nothing yet", async ({ onTestFinished }) => {
    const redis = await startServer(onTestFinished);
    await openQueue(onTestFinished, redis, "idle").add("work", {}, { delay: 600_000 });
    const child = await startDoctor(onTestFinished, redis, "--queue", "bullmq:idle", "--watch-for", "600", "--json");
    await isConnected(onTestFinished, redis);
    const asked = performance.now();
    child.kill("SIGINT");
    expect(await child.exited).toEqual({ code: 1, signal: null });
    expect(performance.now() - asked).toBeLessThan(2000);
    expect(child.output()).toBe("taskvitals-exporter: interrupted before anything could be said.\n");
  });
});

async function startDoctor(onEnd: OnEnd, redis: RedisServer, ...args: readonly string[]): Promise<RunningProcess> {
  const child = await startProcess({
    command: process.execPath,
    args: exporterCommand(["doctor", ...args]),
    env: { REDIS_URL: redis.url },
  });
  onEnd(async () => {
    child.kill("SIGKILL");
    await child.exited;
  });
  return child;
}

/** Resolves once the doctor reads the server. */
async function isConnected(onEnd: OnEnd, redis: RedisServer): Promise<void> {
  const client = new Redis(redis.url, { protocol: 2 });
  onEnd(() => client.disconnect());
  const isReading = async (): Promise<boolean> => String(await client.info("commandstats")).includes("cmdstat_llen");
  await waitUntil(isReading, { what: "the doctor to read the queue", timeoutMs: 60_000 });
}
