import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { freePort, type RedisServer, startOtlpReceiver, startRedis, waitUntil } from "../../../test/services/index.ts";
import { startChild } from "./child/start-child.ts";

/** How often the application pushes, and how long a push may take: whoever waits for one waits for that long. */
const PUSH_MS = 8000;

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

/** Starts an application that has everything on; resolves to the time it takes to end once it has nothing more to do. */
async function lingering(
  redisUrl: string,
  otlpUrl: string,
  until: () => Promise<unknown> = async () => {},
): Promise<number> {
  const child = await startChild("idle-app.ts", {
    env: { TEST_REDIS_URL: redisUrl, TEST_OTLP_URL: otlpUrl, TEST_OTLP_INTERVAL: String(PUSH_MS) },
    readyWhen: /scraped 200\n/,
  });
  await until();
  child.kill("SIGUSR2");
  const start = performance.now();
  expect(await child.exited).toEqual({ code: 0, signal: null });
  return performance.now() - start;
}

test.each(["up", "down", "frozen"])("nothing of ours keeps a process alive while Redis is %s", async (state) => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  if (state === "frozen") {
    redis.freeze();
    onTestFinished(() => redis.resume());
  }
  const url = state === "down" ? `redis://127.0.0.1:${await freePort()}` : redis.url;
  expect(await lingering(url, receiver.url)).toBeLessThan(PUSH_MS - 1000);
});

test.each(["never answers", "is overloaded"])(
  "a push that the receiver %s does not keep a process alive",
  async (state) => {
    const receiver = await startOtlpReceiver();
    onTestFinished(() => receiver.close());
    receiver.answer(state === "is overloaded" ? 503 : "never");
    const pushed = (): Promise<unknown> => waitUntil(() => receiver.requests > 0, { what: "a push" });
    expect(await lingering(redis.url, receiver.url, pushed)).toBeLessThan(PUSH_MS - 1000);
    expect(receiver.exports).toEqual([]);
  },
);
