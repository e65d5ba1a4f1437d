import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startCeleryPlatform } from "../../../../test/frameworks/celery/celery-platform.ts";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import {
  type CeleryEvents,
  type CeleryEventsOptions,
  observeCeleryEvents,
} from "../../src/celery-events/observe-celery-events.ts";
import { eventually } from "../eventually.ts";
import { celeryMessage } from "./celery-messages.ts";
import { recordedTasks } from "./recorded-tasks.ts";

const page = readFileSync(new URL("../../../../docs/celery.md", import.meta.url), "utf8");
/** The rules as the page has them. */
const [, reading = "", asking = ""] = /ACL SETUSER taskvitals (.+)\n(?:.*\n)*?(&.+)\n/.exec(page) ?? [];

let stack: AsyncDisposableStack;
let server: RedisServer;
let admin: Redis;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  server = stack.use(await startRedis());
  admin = stack.adopt(new Redis(server.url), (client) => client.disconnect());
  // One test takes the server away.
  admin.on("error", () => {});
});

afterEach(() => stack.disposeAsync());

async function observe(options: Partial<CeleryEventsOptions> = {}): Promise<{ events: CeleryEvents; told: string[] }> {
  const told: string[] = [];
  const events = await observeCeleryEvents({
    broker: "default",
    connection: `redis://taskvitals:password@127.0.0.1:${server.port}/0`,
    path: "redis",
    tasks: recordedTasks().tasks,
    onProblem: (_, message) => told.push(message),
    ...options,
  });
  return { events: stack.use(events), told };
}

const allow = (rules: string): Promise<unknown> => admin.call("acl", "setuser", "taskvitals", ...rules.split(" "));

describe("the least rights that the page names", () => {
  it("are enough to read events", async () => {
    await allow(reading);
    const { events, told } = await observe();
    await eventually(() => events.connected).toBe(true);
    const heartbeat = { type: "worker-heartbeat", hostname: "w@host", pid: 1, clock: 1, processed: 0, active: 0 };
    await admin.publish("/0.celeryev/worker.heartbeat", celeryMessage(heartbeat));
    await eventually(() => Object.fromEntries(events.workers())).toEqual({ _UNKNOWN: 1 });
    expect(told).toEqual([]);
  });

  it("are enough to ask workers", { timeout: 60_000 }, async () => {
    await allow(`${reading} ${asking}`);
    const celery = stack.use(await startCeleryPlatform(server));
    const { events, told } = await observe({ inspect: {} });
    await celery.start("w", { queues: "mails", pool: "threads" });
    await eventually(() => Object.fromEntries(events.workers())).toEqual({ mails: 1 });
    expect(told).toEqual([]);
  });

  it("are not to be had without a word", async () => {
    await allow(`${reading} resetchannels`);
    const { events, told } = await observe();
    await eventually(() => told.length).toBe(1);
    expect(told[0]).toMatch(/^Broker "default": Celery's events cannot be read: NOPERM /);
    expect(events.connected).toBe(false);
    expect(events.workers().size).toBe(0);
    await allow(reading);
    await eventually(() => events.connected).toBe(true);
    expect(told).toHaveLength(1);
  });

  it("do not include asking, which is said and does not keep events from being read", { timeout: 60_000 }, async () => {
    await allow(reading);
    const { events, told } = await observe({ inspect: { intervalSeconds: 60 } });
    await eventually(() => told.length).toBe(1);
    expect(told[0]).toMatch(/^Broker "default": Celery workers could not be asked for their queues: NOPERM /);
    expect(events.connected).toBe(true);
  });
});

describe("what cannot be connected to", () => {
  it("is said once, without the password, and connected to when it comes", async () => {
    await server.kill();
    const { events, told } = await observe();
    await eventually(() => told.length).toBe(1);
    expect(told[0]).toMatch(
      /^Broker "default": Celery's events cannot be read: no connection to the server: ECONNREFUSED/,
    );
    await server.restart();
    await admin.ping();
    await allow(reading);
    await eventually(() => events.connected).toBe(true);
    expect(told).toHaveLength(1);
    expect(told.join()).not.toContain("password");
  });
});

describe("options that cannot be accepted", () => {
  it.each([
    [{ workerTimeoutSeconds: 0 }, /^workerTimeoutSeconds/],
    [{ maxTasks: 1.5 }, /^maxTasks/],
    [{ inspect: { intervalSeconds: 0 } }, /^inspect\.intervalSeconds/],
    [{ inspect: { timeoutSeconds: Number.NaN } }, /^inspect\.timeoutSeconds/],
    [{ connection: "http://localhost" }, /^redis/],
    [{ connection: {} as never }, /^redis/],
  ])("are refused: %j", async (options, path) => {
    await expect(observe(options)).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringMatching(path),
    });
  });
});
