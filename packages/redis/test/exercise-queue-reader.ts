import { createRedisBroker, parseQueue, type QueueOptions, type RedisBroker } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../test/services/index.ts";
import { eventually } from "./eventually.ts";

/** What the conformance suite has to know about a layout; the framework itself fills and empties its queues. */
export interface QueueReaderSubject {
  /** Description of the queue with this name. */
  queue(name: string): string | QueueOptions;
  /** Makes `count` more tasks ready. */
  add(redis: Redis, name: string, count: number): Promise<void>;
  /** Has a worker take `count` tasks. */
  take(redis: Redis, name: string, count: number): Promise<void>;
  /** Puts a value of another type where the layout has the queue. */
  spoil(redis: Redis, name: string): Promise<void>;
}

const DEADLINE_MS = 1000;

/** The behaviour that every layout owes its users, tried on a real server. */
export function exerciseQueueReader(layout: string, subject: QueueReaderSubject): void {
  describe(`reading queues of the layout ${layout}`, () => {
    let server: RedisServer;
    let redis: Redis;
    let broker: RedisBroker;
    const problems: string[] = [];

    beforeAll(async () => {
      server = await startRedis();
      redis = new Redis(server.url);
    });

    afterAll(async () => {
      redis.disconnect();
      await server.stop();
    });

    const open = async (...names: string[]): Promise<void> => {
      const onProblem = (operation: string, message: string): void => void problems.push(`${operation}: ${message}`);
      broker = await createRedisBroker(
        { name: "default", connection: server.url, deadlineMs: DEADLINE_MS, path: "redis" },
        { onProblem },
      );
      for (const name of names) broker.add(parseQueue(subject.queue(name), "queues"));
    };

    afterEach(async () => {
      await broker.shutdown();
      await redis.flushall();
      expect(problems.splice(0)).toEqual([]);
    });

    const ready = async (): Promise<Record<string, number | string>> =>
      Object.fromEntries(
        (await broker.read()).map((result) => [result.queue, result.ok ? result.ready : result.reason]),
      );

    it("reads 0 before anything of the queue exists", async () => {
      await open("a");
      expect(await ready()).toEqual({ a: 0 });
    });

    it("follows tasks that are added and taken", async () => {
      await open("a");
      await subject.add(redis, "a", 3);
      expect(await ready()).toEqual({ a: 3 });
      await subject.take(redis, "a", 1);
      expect(await ready()).toEqual({ a: 2 });
      await subject.take(redis, "a", 2);
      expect(await ready()).toEqual({ a: 0 });
    });

    it("keeps queues apart", async () => {
      await open("a", "b", "a:b");
      await subject.add(redis, "b", 2);
      expect(await ready()).toEqual({ a: 0, b: 2, "a:b": 0 });
    });

    it.each(["with space", "{tag}:x", "star*", "new\nline", "ключ", "🙂"])("reads a queue named %j", async (name) => {
      await open(name);
      await subject.add(redis, name, 1);
      expect(await ready()).toEqual({ [name]: 1 });
    });

    it("loses no other queue to one whose key has another type", async () => {
      await open("a", "bad", "b");
      await subject.add(redis, "a", 1);
      await subject.add(redis, "b", 2);
      await subject.spoil(redis, "bad");
      expect(await ready()).toEqual({ a: 1, bad: "wrong_type", b: 2 });
    });

    it("says when it read", async () => {
      await open("a");
      const before = Date.now() / 1000;
      const [reading] = await broker.read();
      expect(reading).toMatchObject({ ok: true, queue: "a" });
      const readAt = reading?.ok ? reading.readAtSeconds : Number.NaN;
      expect(readAt).toBeGreaterThanOrEqual(before);
      expect(readAt).toBeLessThanOrEqual(Date.now() / 1000);
    });

    it("reads queues that were added at run time and no longer those that were removed", async () => {
      await open("a");
      broker.add(parseQueue(subject.queue("b"), "queues"));
      expect(await ready()).toEqual({ a: 0, b: 0 });
      expect(broker.remove("a")).toBe(true);
      expect(broker.remove("a")).toBe(false);
      expect([broker.has("a"), broker.has("b")]).toEqual([false, true]);
      expect(await ready()).toEqual({ b: 0 });
    });

    it("writes nothing", async () => {
      await subject.add(redis, "a", 2);
      await subject.spoil(redis, "bad");
      const state = async (): Promise<unknown> => ({
        keys: (await redis.keys("*")).sort(),
        changes: /rdb_changes_since_last_save:(\d+)/.exec(await redis.info("persistence"))?.[1],
      });
      const before = await state();
      await open("a", "b", "bad");
      expect(await ready()).toEqual({ a: 2, b: 0, bad: "wrong_type" });
      expect(await state()).toEqual(before);
    });

    it("answers within its deadline while the server is frozen, and reads again afterwards", async () => {
      await open("a", "b");
      await subject.add(redis, "a", 1);
      expect(await ready()).toEqual({ a: 1, b: 0 });
      server.freeze();
      try {
        const start = performance.now();
        expect(await ready()).toEqual({ a: "timeout", b: "timeout" });
        expect(performance.now() - start).toBeLessThan(DEADLINE_MS + 500);
      } finally {
        server.resume();
      }
      await eventually(ready).toEqual({ a: 1, b: 0 });
    });

    it("answers for every queue while the server is gone, and reads again when it is back", async () => {
      await open("a", "b");
      expect(await ready()).toEqual({ a: 0, b: 0 });
      await server.kill();
      await eventually(ready).toEqual({ a: "refused", b: "refused" });
      await server.restart();
      await eventually(ready).toEqual({ a: 0, b: 0 });
    });
  });
}
