import { Redis } from "ioredis";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort, type RedisServer, startRedis } from "../../../test/services/index.ts";
import type { TaskVitalsOptions } from "../src/index.ts";
import { ask } from "./endpoint/http-client.ts";
import { type MetricsPage, parsePage } from "./metrics-page.ts";
import { startVitals } from "./start-vitals.ts";

const train = { task: "train", queue: "gpu" } as const;
const pid = String(process.pid);

async function startServer(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

async function run(server: RedisServer, command: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(server.url);
  await command(redis).finally(() => redis.disconnect());
}

/** A scraper who watches that no counter falls, and waits for so many seconds. */
async function scraping(
  options: TaskVitalsOptions,
  patienceSeconds = 10,
): Promise<{
  scrape: () => Promise<MetricsPage>;
  warnings: readonly string[];
}> {
  const { vitals, warnings } = await startVitals({ runtimeMetrics: false, ...options });
  let last: MetricsPage | undefined;
  let recorded = 0;
  const scrape = async (): Promise<MetricsPage> => {
    vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 1 });
    recorded += 1;
    const headers = { "x-prometheus-scrape-timeout-seconds": String(patienceSeconds) };
    const { status, text } = await ask(vitals.endpoint?.url ?? "", { headers });
    expect({ status, text }).toEqual({ status: 200, text });
    const page = parsePage(text);
    // Everything else is there.
    expect(page.value("task_success_total", train)).toBe(recorded);
    expect(page.value("system_memory_usage_gigabytes", { pid })).toBeGreaterThan(0);
    for (const [series, value] of last?.samples ?? []) {
      if (/_(total|count|sum|bucket)(\{|$)/.test(series))
        expect(page.samples.get(series), series).toBeGreaterThanOrEqual(value);
    }
    last = page;
    return page;
  };
  return { scrape, warnings };
}

const lengths = (page: MetricsPage): unknown =>
  Object.fromEntries(
    page.series("task_queue_length").map((labels) => [labels.queue, page.value("task_queue_length", labels)]),
  );
const errors = (page: MetricsPage, queue: string): unknown =>
  Object.fromEntries(
    page
      .series("task_queue_read_error_total")
      .filter((labels) => labels.queue === queue)
      .map((labels) => [labels.reason, page.value("task_queue_read_error_total", labels)]),
  );

describe.each(["incremental", "standard"] as const)("with the %s exposition", (exposition) => {
  test("Redis absent at start: start-up succeeds, and samples appear when it comes", async () => {
    const port = await freePort();
    const { scrape, warnings } = await scraping({
      exposition,
      redis: `redis://127.0.0.1:${port}`,
      queues: ["list:jobs"],
    });
    const page = await scrape();
    expect(lengths(page)).toEqual({});
    expect(page.series("task_queue_read_timestamp_seconds")).toEqual([]);
    expect(errors(page, "jobs")).toEqual({ refused: 1 });
    expect(warnings).toEqual([
      'taskvitals: the queues of broker "default" cannot be read: refused (no connection to the server: ECONNREFUSED). No samples until that changes.',
    ]);

    const server = await startServer({ port });
    await run(server, (redis) => redis.rpush("jobs", "a", "b", "c"));
    await expect.poll(async () => lengths(await scrape()), { timeout: 20_000, interval: 250 }).toEqual({ jobs: 3 });
    expect(warnings).toHaveLength(1);
  });

  test("Redis killed and back: the queue is unknown in between, and read again after", async () => {
    const server = await startServer();
    await run(server, (redis) => redis.rpush("jobs", "a"));
    const { scrape } = await scraping({ exposition, redis: server.url, queues: ["list:jobs", "list:other"] });
    expect(lengths(await scrape())).toEqual({ jobs: 1, other: 0 });

    await server.kill();
    const down = await expect
      .poll(scrape, { timeout: 20_000, interval: 250 })
      .toSatisfy((page) => page.series("task_queue_length").length === 0)
      .then(scrape);
    expect(Object.keys(errors(down, "jobs") as object)).toEqual(["refused"]);
    expect(errors(down, "other")).toEqual(errors(down, "jobs"));

    await server.restart();
    await expect
      .poll(async () => lengths(await scrape()), { timeout: 20_000, interval: 250 })
      .toEqual({ jobs: 0, other: 0 });
  });

  test("Redis frozen: every scrape answers in time without the queue, which is read again once it thaws", async () => {
    const server = await startServer();
    // Prometheus' shortest usual patience.
    const options = { exposition, redis: server.url, queues: ["list:jobs"], readDeadlineMs: undefined };
    const { scrape } = await scraping(options, 1);
    await expect.poll(async () => lengths(await scrape()), { interval: 250 }).toEqual({ jobs: 0 });
    server.freeze();
    onTestFinished(() => server.resume());
    const frozen = await expect
      .poll(scrape, { timeout: 20_000, interval: 250 })
      .toSatisfy((page) => page.series("task_queue_length").length === 0)
      .then(scrape);
    expect(Object.keys(errors(frozen, "jobs") as object)).toEqual(["timeout"]);
    server.resume();
    await expect.poll(async () => lengths(await scrape()), { timeout: 20_000, interval: 250 }).toEqual({ jobs: 0 });
  });

  test("a wrong password is told from a missing server, and shows nowhere", async () => {
    const server = await startServer({ password: "s3cret" });
    const url = server.url.replace("s3cret", "hunter2");
    const { scrape, warnings } = await scraping({ exposition, redis: url, queues: ["list:jobs"] });
    const page = await expect
      .poll(scrape, { timeout: 20_000, interval: 250 })
      .toSatisfy(
        (polled) => polled.value("task_queue_read_error_total", { queue: "jobs", reason: "auth" }) !== undefined,
      )
      .then(scrape);
    expect(lengths(page)).toEqual({});
    expect(`${page.text}${warnings}`).not.toMatch(/hunter2|s3cret/);
    expect(warnings.filter((line) => line.includes("auth"))).toHaveLength(1);
  });

  test("a key of the wrong type costs only its own queue", async () => {
    const server = await startServer();
    await run(server, async (redis) => {
      await redis.rpush("good", "a", "b");
      await redis.set("bad", "not a list");
    });
    const { scrape, warnings } = await scraping({
      exposition,
      redis: server.url,
      queues: ["list:good", "list:bad", "list:empty"],
    });
    const page = await scrape();
    expect(lengths(page)).toEqual({ good: 2, empty: 0 });
    expect(errors(page, "bad")).toEqual({ wrong_type: 1 });
    expect(errors(page, "good")).toEqual({});
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^taskvitals: queue "bad" of broker "default" cannot be read: wrong_type \(WRONGTYPE/);
  });

  test("one of two brokers that is down costs only its own queues", async () => {
    const [up, down] = [await startServer(), await startServer()];
    await run(up, (redis) => redis.rpush("jobs", "a"));
    const { scrape } = await scraping({
      exposition,
      redis: up.url,
      brokers: { cache: down.url },
      queues: ["list:jobs", { layout: "list", name: "warm", broker: "cache" }],
    });
    await expect
      .poll(async () => lengths(await scrape()), { timeout: 20_000, interval: 250 })
      .toEqual({ jobs: 1, warm: 0 });
    await down.kill();
    await expect.poll(async () => lengths(await scrape()), { timeout: 20_000, interval: 250 }).toEqual({ jobs: 1 });
  });
});
