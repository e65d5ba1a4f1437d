import type { BrokerReading, QueueReadFailure, QueueReading, TaskState } from "@taskvitals/core";
import { createRedisBroker, type LayoutName, parseQueue, type QueueOptions, type RedisBroker } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../test/services/index.ts";
import { layouts } from "../src/layouts/layouts.ts";
import { eventually } from "./eventually.ts";
import { countRoundTrips } from "./round-trip-counter.ts";

/** A real producer and a real worker of a framework, on one server. */
export interface FrameworkQueues extends AsyncDisposable {
  /** Makes `count` more plain tasks ready. */
  add(name: string, count: number): Promise<void>;
  /** Has a worker take `count` tasks and hold them, unfinished and unacknowledged; resolves when it has them. */
  take(name: string, count: number): Promise<void>;
  /** The framework's own count of ready tasks, from its API or command line. */
  ready(name: string): Promise<number>;
  /** Enqueues deliberately delayed tasks. */
  delay?(name: string, count: number, seconds: number): Promise<void>;
  /** Has `count` tasks fail for good, and keep. */
  fail?(name: string, count: number): Promise<void>;
  pause?(name: string): Promise<void>;
  resume?(name: string): Promise<void>;
  /** The framework's own counts, by our names of the states. */
  states?(name: string): Promise<Partial<Record<TaskState, number>>>;
}

/** What the conformance suite has to know about a layout. */
export interface QueueReaderSubject {
  readonly layout: LayoutName;
  /** Name and version under test, for titles. */
  readonly framework: string;
  /** How a user describes the queue. */
  queue(name: string): string | QueueOptions;
  /** Starts the framework on an empty server; the suite flushes the server between tests. */
  start(server: RedisServer): Promise<FrameworkQueues>;
  /** The key that holds the ready tasks. */
  mainKey(name: string): string;
  /** Awkward names that the framework accepts. */
  readonly names?: readonly string[];
  /** What the layout promises about the age of the oldest ready task. */
  readonly age: "exact" | "bound" | "none";
}

/** Generous, so that a busy machine is not taken for a slow server. */
const DEADLINE_MS = 10_000;
/** Where the server does not answer. */
const SHORT_DEADLINE_MS = 1000;
/** Beside the commands of the layout: health, the server's clock, and what a connection needs to come about. */
const GENERAL_COMMANDS = ["ping", "time", "info", "client|setname", "select"];

/** The behaviour that every layout owes its users, tried on a real server with the real framework. */
export function exerciseQueueReader(subject: QueueReaderSubject): void {
  describe(`reading queues of the layout ${subject.layout} (${subject.framework})`, () => {
    let server: RedisServer;
    let redis: Redis;
    let framework: FrameworkQueues;
    let broker: RedisBroker | undefined;
    const problems: string[] = [];

    beforeAll(async () => {
      server = await startRedis();
      redis = new Redis(server.url);
      framework = await subject.start(server);
    });

    afterAll(async () => {
      await framework?.[Symbol.asyncDispose]();
      redis.disconnect();
      await server.stop();
    });

    /** Reads as a user that may do what the documentation lists, and nothing else. */
    const open = async (...names: string[]): Promise<void> => {
      await openAt(await readersUrl(), ...names);
    };

    const readersUrl = async (): Promise<string> => {
      const allowed = [...GENERAL_COMMANDS, ...layouts[subject.layout].commands].map((command) => `+${command}`);
      await redis.call("acl", "setuser", "reader", "reset", "on", ">secret", "~*", ...allowed);
      return `redis://reader:secret@127.0.0.1:${server.port}`;
    };

    const openAt = (connection: string, ...names: string[]): Promise<void> => openWith({ connection }, ...names);

    const openWith = async (
      options: { connection: string; deadlineMs?: number; now?: () => number },
      ...names: string[]
    ): Promise<void> => {
      broker = await createRedisBroker(
        { name: "default", path: "redis", deadlineMs: DEADLINE_MS, ...options },
        { onProblem: (operation, message) => void problems.push(`${operation}: ${message}`), ...options },
      );
      for (const name of names) broker.add(parseQueue(subject.queue(name), "queues"));
    };

    afterEach(async () => {
      await broker?.shutdown();
      broker = undefined;
      await redis.flushall();
      expect(problems.splice(0)).toEqual([]);
    });

    const readAll = async (): Promise<BrokerReading["queues"]> => (await (broker as RedisBroker).read()).queues;

    const ready = async (): Promise<Record<string, number | string | undefined>> =>
      Object.fromEntries((await readAll()).map((result) => [result.queue, result.ok ? result.ready : result.reason]));

    const reading = async (): Promise<QueueReading> => {
      const [result] = await readAll();
      return requireReading(result);
    };

    it("reads 0 before anything of the queue exists", async () => {
      await open("a");
      expect(await ready()).toEqual({ a: 0 });
    });

    it("follows tasks that are added and taken, as the framework counts them", async () => {
      await open("a");
      await framework.add("a", 3);
      expect(await ready()).toEqual({ a: 3 });
      expect(await framework.ready("a")).toBe(3);
      await framework.take("a", 1);
      expect(await ready()).toEqual({ a: 2 });
      expect(await framework.ready("a")).toBe(2);
      await framework.take("a", 2);
      expect(await ready()).toEqual({ a: 0 });
      expect(await framework.ready("a")).toBe(0);
    });

    it("keeps queues apart", async () => {
      await open("a", "b");
      await framework.add("b", 2);
      expect(await ready()).toEqual({ a: 0, b: 2 });
    });

    it.each(subject.names ?? [])("reads a queue named %j", async (name) => {
      await open(name);
      await framework.add(name, 1);
      expect(await ready()).toEqual({ [name]: 1 });
    });

    it("notes nothing about a queue that was seen", async () => {
      await open("a");
      await framework.add("a", 1);
      expect((await reading()).problems).toEqual([]);
    });

    it("loses no other queue to one whose key has another type", async () => {
      await open("a", "bad", "b");
      await framework.add("a", 1);
      await framework.add("b", 2);
      await redis.set(subject.mainKey("bad"), "of another type");
      expect(await ready()).toEqual({ a: 1, bad: "wrong_type", b: 2 });
    });

    it("says when it read", async () => {
      await open("a");
      const before = Date.now() / 1000;
      const { readAtSeconds } = await reading();
      expect(readAtSeconds).toBeGreaterThanOrEqual(before);
      expect(readAtSeconds).toBeLessThanOrEqual(Date.now() / 1000);
    });

    if (subject.age === "none") {
      it("reports no age, as the framework keeps none", async () => {
        await open("a");
        await framework.add("a", 1);
        expect((await reading()).oldestAgeSeconds).toBeUndefined();
      });
    } else {
      it("reports an age of 0 while nothing is ready", async () => {
        await open("a");
        await framework.add("a", 1);
        await framework.take("a", 1);
        expect((await reading()).oldestAgeSeconds).toBe(0);
      });

      it("reports for how long the oldest task has been ready", async () => {
        await open("a");
        const before = performance.now();
        await framework.add("a", 1);
        const added = performance.now();
        await expect.poll(async () => (await reading()).oldestAgeSeconds).toBeGreaterThan(1);
        await framework.add("a", 1);
        const asked = performance.now();
        const { oldestAgeSeconds = Number.NaN } = await reading();
        const answered = performance.now();
        // The server's clock is known to within the time that its answer took.
        const slack = 0.05 + (answered - asked) / 2000;
        expect(oldestAgeSeconds).toBeLessThanOrEqual((answered - before) / 1000 + slack);
        // Some frameworks keep whole seconds.
        expect(oldestAgeSeconds).toBeGreaterThan((asked - added) / 1000 - 1.5);
      });

      it("measures ages by the server's clock, however wrong the reader's own is", async () => {
        await openWith({ connection: server.url, now: () => Date.now() + 3_600_000 }, "a");
        await framework.add("a", 1);
        const { oldestAgeSeconds = Number.NaN } = await reading();
        expect(oldestAgeSeconds).toBeLessThan(60);
        expect(oldestAgeSeconds).toBeGreaterThanOrEqual(0);
      });
    }

    it("agrees with the framework about the states of its tasks", async () => {
      await open("a");
      await framework.add("a", 3);
      await framework.take("a", 1);
      await framework.delay?.("a", 2, 600);
      const own = (await framework.states?.("a")) ?? { ready: 2 };
      const { ready: readyNow, states } = await reading();
      expect({ ...states, ready: readyNow }).toMatchObject(own);
      if (framework.delay !== undefined && states.delayed !== undefined) expect(states.delayed).toBe(2);
    });

    it("does not count a deliberate delay as age", async () => {
      await open("a");
      await framework.add("a", 1);
      await framework.take("a", 1);
      await framework.delay?.("a", 1, 600);
      const { oldestAgeSeconds, ready: readyNow } = await reading();
      expect(readyNow).toBe(0);
      expect(oldestAgeSeconds ?? 0).toBe(0);
    });

    it("counts failures that are kept", async () => {
      await open("a");
      await framework.fail?.("a", 2);
      const { states } = await reading();
      if (framework.fail !== undefined) expect(states.failed).toBe(2);
      else expect(states.failed ?? 0).toBe(0);
    });

    it("tells whether the queue is paused where the framework can pause one", async () => {
      await open("a");
      await framework.add("a", 2);
      if (framework.pause === undefined) {
        expect((await reading()).paused ?? false).toBe(false);
        return;
      }
      expect((await reading()).paused).toBe(false);
      await framework.pause("a");
      expect(await reading()).toMatchObject({ paused: true, ready: 2 });
      await framework.resume?.("a");
      expect(await reading()).toMatchObject({ paused: false, ready: 2 });
    });

    it("takes two round trips at most", async () => {
      await framework.add("a", 2);
      await framework.add("b", 1);
      await using trips = await countRoundTrips(server.port);
      await openAt(trips.url, "a", "b");
      await ready();
      trips.take();
      expect(await ready()).toEqual({ a: 2, b: 1 });
      expect(trips.take()).toBeLessThanOrEqual(2);
    });

    it("writes nothing", async () => {
      await framework.add("a", 2);
      await framework.delay?.("a", 1, 600);
      await redis.set(subject.mainKey("bad"), "of another type");
      const state = async (): Promise<unknown> => ({
        keys: (await redis.keys("*")).sort(),
        changes: /rdb_changes_since_last_save:(\d+)/.exec(await redis.info("persistence"))?.[1],
      });
      // Workers write heartbeats of their own: nothing but ours may be counted.
      await framework[Symbol.asyncDispose]();
      try {
        const before = await state();
        await open("a", "b", "bad");
        expect(await ready()).toEqual({ a: 2, b: 0, bad: "wrong_type" });
        expect(await state()).toEqual(before);
      } finally {
        await redis.flushall();
        framework = await subject.start(server);
      }
    });

    it("reads queues that were added at run time and no longer those that were removed", async () => {
      await open("a");
      broker?.add(parseQueue(subject.queue("b"), "queues"));
      expect(await ready()).toEqual({ a: 0, b: 0 });
      expect(broker?.remove("a")).toBe(true);
      expect(broker?.remove("a")).toBe(false);
      expect([broker?.has("a"), broker?.has("b")]).toEqual([false, true]);
      expect(await ready()).toEqual({ b: 0 });
    });

    it("answers within its deadline while the server is frozen, and reads again afterwards", async () => {
      await openWith({ connection: await readersUrl(), deadlineMs: SHORT_DEADLINE_MS }, "a", "b");
      await framework.add("a", 1);
      await eventually(ready).toEqual({ a: 1, b: 0 });
      server.freeze();
      try {
        const start = performance.now();
        expect(await ready()).toEqual({ a: "timeout", b: "timeout" });
        expect(performance.now() - start).toBeLessThan(3 * SHORT_DEADLINE_MS);
      } finally {
        server.resume();
      }
      await eventually(ready).toEqual({ a: 1, b: 0 });
    });
  });
}

function requireReading(result: QueueReading | QueueReadFailure | undefined): QueueReading {
  if (result?.ok !== true) throw new Error(`not read: ${JSON.stringify(result)}`);
  return result;
}
