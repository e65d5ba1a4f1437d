import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type CeleryPlatform,
  type CeleryTruth,
  startCeleryPlatform,
} from "../../../../test/frameworks/celery/celery-platform.ts";
import { type RedisServer, startRedis, waitUntil } from "../../../../test/services/index.ts";
import { openEnvelope } from "../../src/celery-events/envelope.ts";
import {
  type CeleryEvents,
  type CeleryEventsOptions,
  observeCeleryEvents,
} from "../../src/celery-events/observe-celery-events.ts";
import { eventually } from "../eventually.ts";
import { announcedEnds } from "./announced-ends.ts";
import { allEnded, expectDurations, mixedTasks, total, truths } from "./mixed-tasks.ts";
import { type RecordedTasks, recordedTasks } from "./recorded-tasks.ts";

let server: RedisServer;
let stack: AsyncDisposableStack;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  server = stack.use(await startRedis());
});

afterEach(() => stack.disposeAsync());

interface Observed extends RecordedTasks {
  readonly events: CeleryEvents;
  readonly told: string[];
}

async function observe(options: Partial<CeleryEventsOptions> = {}): Promise<Observed> {
  const recorded = recordedTasks();
  const told: string[] = [];
  const events = await observeCeleryEvents({
    broker: "default",
    connection: server.url,
    path: "redis",
    tasks: recorded.tasks,
    onProblem: (_, message) => told.push(message),
    ...options,
  });
  stack.use(events);
  await eventually(() => events.connected).toBe(true);
  return { ...recorded, events, told };
}

async function platform(options: Parameters<typeof startCeleryPlatform>[1] = {}): Promise<CeleryPlatform> {
  return stack.use(await startCeleryPlatform(server, options));
}

const alive = ({ events }: Observed): number => [...events.workers().values()].reduce((sum, count) => sum + count, 0);

describe("2 000 tasks of known outcomes on four workers", () => {
  it("are counted to the unit, and timed as the workers time them", { timeout: 240_000 }, async () => {
    const celery = await platform({ sentEvents: true });
    const observed = await observe();
    const announced = await announcedEnds(stack.adopt(new Redis(server.url), (client) => client.disconnect()));
    await celery.start("a", { queues: "mails", pool: "prefork" });
    await celery.start("b", { queues: "mails,orders", pool: "prefork" });
    await celery.start("c", { queues: "orders", pool: "threads" });
    await celery.start("d", { queues: "bulk", pool: "threads" });
    await waitUntil(() => alive(observed) === 4, { what: "four workers", timeoutMs: 40_000 });
    await celery.send(mixedTasks(2000));
    const truth = await allEnded(celery, 2000);
    await eventually(observed.counts).toEqual(truths(truth));
    expect(total(observed.counts())).toBe(truth.length);
    expect(observed.starts).toHaveLength(truth.length);
    // Of the first attempts, and of no other.
    expect(observed.starts.filter(({ waitSeconds }) => waitSeconds !== undefined)).toHaveLength(2000);
    await expectDurations(observed.ends, announced, truth);
    await eventually(() => total(observed.active())).toBe(0);
    await celery.stop();
    await eventually(() => alive(observed)).toBe(0);
    expect(observed.events.missed).toBe(0);
    await eventually(() => observed.events.trackedTasks).toBe(0);
    expect([...observed.told, ...observed.problems]).toEqual([]);
  });
});

describe("Celery 5.2, as Debian 12 has it", () => {
  it("on prefork: 300 tasks are counted to the unit, and timed as the workers time them", {
    timeout: 120_000,
  }, async () => {
    const celery = await platform({ environment: "celery-5.2", sentEvents: true });
    expect(celery.version).toBe("Celery 5.2.6 with kombu 5.2.4");
    const observed = await observe();
    const announced = await announcedEnds(stack.adopt(new Redis(server.url), (client) => client.disconnect()));
    await celery.start("a", { queues: "mails,orders", pool: "prefork" });
    await celery.start("b", { queues: "bulk", pool: "prefork" });
    await waitUntil(() => alive(observed) === 2, { what: "two workers", timeoutMs: 40_000 });
    await celery.send(mixedTasks(300));
    const truth = await allEnded(celery, 300);
    await eventually(observed.counts).toEqual(truths(truth));
    expect(observed.starts.filter(({ waitSeconds }) => waitSeconds !== undefined)).toHaveLength(300);
    await expectDurations(observed.ends, announced, truth);
    await eventually(() => total(observed.active())).toBe(0);
    await celery.stop();
    await eventually(() => alive(observed)).toBe(0);
    expect(observed.events.missed).toBe(0);
    expect([...observed.told, ...observed.problems]).toEqual([]);
  });

  it("on threads, which lose events by themselves: no total is above the truth, and the starts that were lost are counted as missed", {
    timeout: 120_000,
  }, async () => {
    const celery = await platform({ environment: "celery-5.2", sentEvents: true });
    const observed = await observe({ workerTimeoutSeconds: 10 });
    await celery.start("t", { queues: "mails,orders,bulk", pool: "threads", concurrency: 8 });
    await waitUntil(() => alive(observed) === 1, { what: "the worker", timeoutMs: 40_000 });
    await celery.send(mixedTasks(300));
    const truth = await allEnded(celery, 300);
    // Heartbeats tell how many were started. An end that alone was lost is told from one that was never announced only after another loss.
    await waitUntil(() => observed.starts.length + observed.events.missed >= truth.length, {
      what: "the starts that were lost to be counted",
      timeoutMs: 30_000,
    });
    expect(total(observed.counts())).toBeLessThanOrEqual(truth.length);
    const ours = observed.counts();
    for (const outcome of ["success", "failure ValueError", "failure KeyError", "failure OutOfMemory", "retry"]) {
      const of = (counts: Record<string, number>): number =>
        total(Object.fromEntries(Object.entries(counts).filter(([key]) => key.endsWith(` ${outcome}`))));
      expect(of(ours)).toBeLessThanOrEqual(of(truths(truth)));
    }
    await eventually(() => total(observed.active())).toBe(0);
  });
});

describe("workers", () => {
  it("disappear with what they run: within the time-out after SIGKILL, at once when they end", {
    timeout: 90_000,
  }, async () => {
    const celery = await platform();
    const observed = await observe({ workerTimeoutSeconds: 5, taskQueues: { work: "mails" } });
    const patient = await observe({ workerTimeoutSeconds: 3600 });
    await celery.start("killed", { queues: "mails", concurrency: 1 });
    await celery.start("ended", { queues: "orders" });
    for (const each of [observed, patient]) {
      await waitUntil(() => alive(each) === 2, { what: "two workers", timeoutMs: 30_000 });
    }
    await celery.send([{ task: "work", args: [300], options: { queue: "mails" } }]);
    await eventually(observed.active).toEqual({ mails: 1 });
    await celery.stop("killed", "SIGKILL");
    await eventually(() => alive(observed)).toBe(1);
    await eventually(observed.active).toEqual({ mails: 0 });
    expect(alive(patient)).toBe(2);
    await celery.stop("ended", "SIGTERM");
    await eventually(() => observed.events.workers().get("_UNKNOWN")).toBe(0);
    // Not by a time-out of an hour.
    await eventually(() => alive(patient)).toBe(1);
    expect(observed.ends).toEqual([]);
  });

  it("that send no events are told apart from those that do nothing", { timeout: 90_000 }, async () => {
    const celery = await platform();
    const observed = await observe();
    await celery.start("silent", { queues: "mails", events: false });
    await waitUntil(() => alive(observed) === 1, { what: "the worker", timeoutMs: 30_000 });
    expect(observed.events.silentWorkers()).toEqual([]);
    await celery.send([{ task: "work", options: { queue: "mails" } }]);
    await eventually(() => observed.events.silentWorkers()).toEqual(["silent@host"]);
    expect(observed.told).toEqual([
      'Broker "default": Celery workers run tasks and send no events about them. Start them with -E, or set worker_send_task_events = True.',
    ]);
    expect(observed.events.missed).toBe(0);
  });
});

describe("the options of Celery", () => {
  it("inspect tells the queue and the slots of workers, with a key prefix, in another database, and leaves nothing behind", {
    timeout: 90_000,
  }, async () => {
    const globalKeyprefix = "{acme}*:";
    const celery = await platform({ database: 3, transport: { global_keyprefix: globalKeyprefix } });
    const client = new Redis(celery.url);
    stack.defer(() => client.disconnect());
    const elsewhere = await observe();
    const observed = await observe({ connection: client, globalKeyprefix, inspect: { intervalSeconds: 1 } });
    await celery.start("one", { queues: "mails", concurrency: 3 });
    await celery.start("two", { queues: "orders,bulk", pool: "threads", concurrency: 5 });
    await eventually(() => Object.fromEntries(observed.events.workers())).toEqual({ mails: 1, orders: 1, bulk: 1 });
    await eventually(observed.slots).toEqual({ mails: 3, _UNKNOWN: 5 });
    await celery.send([
      { task: "work", options: { queue: "mails" } },
      { task: "work", options: { queue: "bulk" } },
    ]);
    await eventually(observed.counts).toEqual({ "work mails success": 1, "work _UNKNOWN success": 1 });
    await celery.stop();
    await eventually(observed.slots).toEqual({});
    await observed.events.shutdown();
    await eventually(() => client.status).toBe("ready");
    await waitUntil(async () => (await client.keys("*reply*")).length === 0, { what: "no list of replies" });
    expect(client.status).toBe("ready");
    expect(elsewhere.ends).toEqual([]);
    expect(alive(elsewhere)).toBe(0);
  });

  it("a queue that a label was given goes by it", { timeout: 90_000 }, async () => {
    const celery = await platform({ sentEvents: true });
    const observed = await observe({ queueLabels: { mails: "acme-mails" } });
    await celery.start("w", { queues: "mails", pool: "solo" });
    await celery.send([{ task: "work", options: { queue: "mails" } }]);
    await eventually(observed.counts).toEqual({ "work acme-mails success": 1 });
  });
});

describe("Redis that is restarted while tasks end", () => {
  it("makes the totals too small at most, by no more than is reported as missed", { timeout: 120_000 }, async () => {
    const celery = await platform({ sentEvents: true });
    const observed = await observe({ workerTimeoutSeconds: 10 });
    await celery.start("a", { queues: "mails", pool: "prefork" });
    await celery.start("b", { queues: "mails", pool: "threads", concurrency: 4 });
    await waitUntil(() => alive(observed) === 2, { what: "two workers", timeoutMs: 30_000 });
    const batch = Array.from({ length: 400 }, (_, index) => ({
      task: index % 5 === 0 ? "fail" : "work",
      args: index % 5 === 0 ? ["ValueError", 0.02] : [0.02],
      options: { queue: "mails" },
    }));
    await celery.send(batch);
    await waitUntil(() => observed.ends.length >= 100, { what: "some tasks to end", intervalMs: 5 });
    const restartedAt = Date.now() / 1000;
    await server.restart();
    const back = await heartbeats(server);
    await eventually(() => observed.events.connected).toBe(true);
    // What was queued went with the memory of the server; the workers come back.
    await waitUntil(() => (observed.events.lastEventAtSeconds ?? 0) > Date.now() / 1000 - 1, { what: "events" });
    // A worker may be slow to come back, or not come back at all.
    await celery.start("c", { queues: "mails", pool: "threads" });
    const last = new Set(await celery.send(batch.slice(0, 100)));
    const isOver = async (): Promise<boolean> =>
      (await celery.truth()).filter(({ id }) => last.has(id)).length === last.size;
    await waitUntil(isOver, { what: "the last tasks to end", timeoutMs: 60_000, intervalMs: 250 });
    const attempts = await celery.truth();
    const truth = truths(attempts);
    // A worker of Celery may never connect again. What it ends after that, nobody hears of.
    const isUnheard = ({ worker, at }: CeleryTruth): boolean => !back.has(worker) && at > restartedAt - 0.2;
    const deficit = (): number => attempts.filter((attempt) => !isUnheard(attempt)).length - total(observed.counts());
    await waitUntil(() => observed.events.missed >= deficit(), {
      what: "the deficit to be reported",
      timeoutMs: 25_000,
    });
    for (const [key, count] of Object.entries(observed.counts())) {
      const [task, , outcome, error] = key.split(" ");
      if (task !== "_UNKNOWN")
        expect(count).toBeLessThanOrEqual(truth[[task, "mails", outcome, error].filter(Boolean).join(" ")] ?? 0);
    }
    expect(total(observed.counts())).toBeLessThanOrEqual(attempts.length);
    await eventually(() => total(observed.active())).toBe(0);
    expect(observed.told).toEqual([expect.stringMatching(/^Broker "default": Celery's events cannot be read: /)]);
  });
});

/** Names of the workers that are heard from now on. */
async function heartbeats(redis: RedisServer): Promise<ReadonlySet<string>> {
  const nodes = new Set<string>();
  const subscriber = stack.adopt(new Redis(redis.url), (client) => client.disconnect());
  await subscriber.psubscribe("/0.celeryev/worker.heartbeat");
  subscriber.on("pmessage", (_pattern, _channel, message) => {
    const opened = openEnvelope(message);
    if (opened.ok) nodes.add(String((opened.body as { hostname?: unknown }).hostname));
  });
  return nodes;
}
