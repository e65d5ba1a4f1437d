import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newSlotId, SlotCodec, type SlotInstrument, SlotWriter, slotSeries, TotalsExposer } from "@taskvitals/core";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { pythonOf } from "../../../../test/frameworks/programs.ts";
import {
  capture,
  type RedisServer,
  startProcess,
  startRedis,
  type TempDirectory,
  tempDirectory,
  waitUntil,
} from "../../../../test/services/index.ts";
import { COMMANDS, PUT } from "../../src/shared-totals/slot-scripts.ts";
import { type OpenStore, openStore } from "./open-store.ts";

const page = readFileSync(new URL("../../../../docs/shared-totals.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```(lua|python)\n([\s\S]*?)```/g)].map(([, , text = ""]) => text);
const [script = "", module = "", example = ""] = blocks;

const INTERVAL_MS = 100;
const OF_TASK = { task: "train_lora", queue: "gpu" };
const SUCCESS: SlotInstrument = { name: "task_success_total", kind: "counter", bounds: [] };

/** Takes one step of a worker after the other from a list, and says under which identity it did. */
const DRIVER = `
import json, os, redis
from shared_totals import SharedTotals

client = redis.Redis.from_url(os.environ["REDIS_URL"])
totals = SharedTotals(client, os.environ["NAMESPACE"])
while True:
    step = client.blpop("steps", timeout=1)
    if step is None:
        continue
    name, *args = json.loads(step[1])
    getattr(totals, name)(*args)
    client.rpush("done", totals.id)
`;

describe("the worker that the documentation shows", () => {
  let server: RedisServer;
  let redis: Redis;
  let directory: TempDirectory;

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    directory = tempDirectory("python-worker");
    for (const [name, text] of Object.entries({
      ...{ "put.lua": script, "shared_totals.py": module, "example.py": example, "driver.py": DRIVER },
    })) {
      writeFileSync(join(directory.path, name), text);
    }
  });
  afterEach(async () => void (await redis.flushall()));
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
    directory.remove();
  });

  const env = (namespace: string) => ({
    ...{ REDIS_URL: server.url, NAMESPACE: namespace, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" },
  });

  const exposerOf = ({ store }: OpenStore) => {
    const problems: string[] = [];
    const exposer = new TotalsExposer({
      store,
      codec: new SlotCodec(),
      intervalMs: INTERVAL_MS,
      foldAfterMs: 3 * INTERVAL_MS,
      limits: { maxSeries: 100, pruneIdleMs: 3_600_000, rememberMs: 3_600_000 },
      elapsed: () => performance.now(),
      now: () => Date.now(),
      onProblem: (message) => problems.push(message),
    });
    const totals = async (): Promise<Record<string, readonly number[]> | undefined> => {
      const read = await exposer.read();
      expect(problems).toEqual([]);
      return read && Object.fromEntries(read.series.map(({ series, cells }) => [series.instrument.name, [...cells]]));
    };
    const fold = (id: string): Promise<unknown> =>
      waitUntil(
        async () => {
          await exposer.tend();
          return !(await store.list()).slots.has(id);
        },
        { what: "the fold" },
      );
    return { totals, fold };
  };

  it("runs the script that every process runs, and is told of every command it takes", () => {
    expect(script.trim()).toBe(PUT.trim());
    const line = page.split("\n").find((text) => text.startsWith("- **A user of Redis**")) ?? "";
    for (const command of COMMANDS) expect(line).toContain(`\`${command}\``);
  });

  it("is counted, and folded when it has said goodbye", async () => {
    const example = await capture(pythonOf("python"), [join(directory.path, "example.py")], { env: env("") });
    expect(example).toMatchObject({ exitCode: 0, stderr: "" });
    await using opened = await openStore(server.url, { namespace: "default" });
    const { totals, fold } = exposerOf(opened);
    const counted = { task_success_total: [1], task_failure_total: [0], task_duration_seconds: [2.5, 0, 0, 1, 0] };
    await expect.poll(totals).toEqual(counted);
    const [id = ""] = (await opened.store.list()).slots.keys();
    expect((await opened.store.list()).slots.get(id)).toMatchObject({ seq: 1, ended: true });
    await fold(id);
    expect(await totals()).toEqual(counted);
  });

  it("adds to what others count, is missed by nobody when it is taken for dead, and counts nothing twice", async () => {
    const namespace = newSlotId();
    await using opened = await openStore(server.url, { namespace });
    const { store } = opened;
    const { totals, fold } = exposerOf(opened);
    const shape = [slotSeries(SUCCESS, OF_TASK)];
    const writer = new SlotWriter({
      store,
      codec: new SlotCodec(),
      read: () => ({ shape, cells: Float64Array.of(1000) }),
      foldAfterMs: 60_000,
      now: () => performance.now(),
      onFolded: () => {},
    });
    await writer.flush();
    await using worker = await startProcess({
      command: pythonOf("python"),
      args: [join(directory.path, "driver.py")],
      env: env(namespace),
    });
    const step = async (...words: unknown[]): Promise<string> => {
      await redis.rpush("steps", JSON.stringify(words));
      const done = await waitUntil(() => redis.lpop("done"), {
        what: `the step, by a worker that says ${worker.output()}`,
      });
      return done;
    };
    const bounds = [0.1, 1, 10];

    await step("count", SUCCESS.name, OF_TASK, 3);
    await step("observe", "task_duration_seconds", bounds, OF_TASK, 0.1);
    const id = await step("flush");
    await expect
      .poll(totals)
      .toEqual({ task_success_total: [1003], task_duration_seconds: [104_857 / 2 ** 20, 1, 0, 0, 0] });

    // Signs of life.
    const { aliveAtMs } = (await store.list()).slots.get(id) ?? {};
    await expect
      .poll(async () => {
        expect(await step("flush")).toBe(id);
        return (await store.list()).slots.get(id);
      })
      .toMatchObject({ seq: 1, aliveAtMs: expect.toSatisfy((at: number) => at > Number(aliveAtMs)) });

    // Silent for too long, while it counts on.
    await step("count", SUCCESS.name, OF_TASK, 40);
    await fold(id);
    await writer.flush();
    expect((await totals())?.task_success_total).toEqual([1003]);
    const woken = await step("flush");
    expect(woken).not.toBe(id);
    expect(await totals()).toEqual({
      task_success_total: [1043],
      task_duration_seconds: [104_857 / 2 ** 20, 1, 0, 0, 0],
    });

    // The store forgets everything; who serves the totals writes it again, and the worker goes on.
    await step("observe", "task_duration_seconds", bounds, OF_TASK, 20);
    await redis.del(...(await redis.keys(`${opened.keys}*`)));
    expect(await step("flush")).toBe(woken);
    await step("count", SUCCESS.name, OF_TASK, 500);
    await step("flush", true);
    await fold(woken);
    await expect
      .poll(totals)
      .toEqual({ task_success_total: [1543], task_duration_seconds: [20 + 104_857 / 2 ** 20, 1, 0, 0, 1] });
  });
});
