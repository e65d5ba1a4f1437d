import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { freePort, type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { startChild } from "../child/start-child.ts";
import { ask } from "../endpoint/http-client.ts";
import { startVitals } from "../start-vitals.ts";
import { share, sharedPage, sharedValue } from "./sharing.ts";

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url).on("error", () => {}); // the server is restarted below
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await redis.flushall();
});

const train = { task: "train", queue: "gpu" };
const success = { ...train, outcome: "success", durationSeconds: 0.75 } as const;

test("any process answers with the totals of all, and its own page shows none of them", async () => {
  const [api, one, other] = await Promise.all([share(server), share(server), share(server)]);
  for (const { vitals } of [one, one, other]) vitals.tasks.record(success);
  other.vitals.tasks.record({ ...train, outcome: "failure", durationSeconds: 20, error: new RangeError() });
  one.vitals.tasks.setConcurrency(3, { queue: "gpu" });
  other.vitals.tasks.setConcurrency(4, { queue: "gpu" });
  other.vitals.tasks.start("train", { queue: "gpu" });
  await Promise.all([one.vitals.flush(), other.vitals.flush()]);

  for (const { vitals } of [api, one, other]) {
    await expect.poll(sharedValue(vitals, "task_success_total", train)).toBe(3);
    const page = await sharedPage(vitals);
    expect(page?.value("task_failure_total", train)).toBe(1);
    expect(page?.value("task_error_total", { ...train, error_type: "RangeError" })).toBe(1);
    expect(page?.value("task_duration_seconds_count", train)).toBe(4);
    expect(page?.value("task_duration_seconds_sum", train)).toBe(22.25);
    expect(page?.value("task_duration_seconds_bucket", { ...train, le: "1" })).toBe(3);
    // Who is late on a busy machine is not alive for a moment.
    await expect.poll(sharedValue(vitals, "taskvitals_processes")).toBe(3);
    await expect.poll(sharedValue(vitals, "task_concurrency", { queue: "gpu" })).toBe(7);
    await expect.poll(sharedValue(vitals, "task_active", { queue: "gpu" })).toBe(1);
    expect(page?.series("system_memory_usage_gigabytes")).toEqual([]);
  }
  const own = await other.scrape();
  expect(own.series("task_success_total")).toEqual([]);
  expect(own.series("task_active")).toEqual([]);
  expect(own.series("task_oldest_active_seconds")).toEqual([{ queue: "gpu" }]);
  expect(own.value("taskvitals_series", { instrument: "task_success_total" })).toBe(1);
});

test("a counter and a histogram of the application are shared with description and unit, its gauges are its own", async () => {
  const started = await Promise.all([share(server), share(server)]);
  for (const [index, { vitals }] of started.entries()) {
    const options = { description: "Tokens that were generated", unit: "{token}" };
    vitals.sharedMeter.createCounter("tokens_total", options).add(index + 1.5, { model: "small" });
    const advice = { explicitBucketBoundaries: [1, 2] };
    vitals.sharedMeter.createHistogram("batch_size", { advice }).record(index + 1, { model: "small" });
    vitals.sharedMeter.createUpDownCounter("open_files").add(index + 5);
    await vitals.flush();
  }
  const { vitals, scrape } = started[0];
  await expect.poll(sharedValue(vitals, "tokens_total", { model: "small" })).toBe(4);
  const page = await sharedPage(vitals);
  expect(page?.text).toContain("# HELP tokens_total Tokens that were generated\n# TYPE tokens_total counter\n");
  expect(page?.value("batch_size_bucket", { model: "small", le: "1" })).toBe(1);
  expect(page?.value("batch_size_count", { model: "small" })).toBe(2);
  expect(page?.series("open_files")).toEqual([]);
  expect((await scrape()).value("open_files")).toBe(5);
});

test("a process that ends leaves all it counted, and one that is killed all it has written", async () => {
  const api = await share(server);
  const start = (tasks: number): ReturnType<typeof startChild> =>
    startChild("sharing-worker.ts", {
      env: { TEST_REDIS_URL: server.url, TEST_TASKS: String(tasks) },
      readyWhen: /written/,
    });
  const [ending, killed] = await Promise.all([start(10), start(100)]);
  await expect.poll(sharedValue(api.vitals, "taskvitals_processes")).toBe(3);
  await expect.poll(sharedValue(api.vitals, "task_active", { queue: "gpu" })).toBe(2);
  ending.kill("SIGTERM");
  killed.kill("SIGKILL");
  expect(await ending.exited).toEqual({ code: 0, signal: null });
  await killed.exited;
  // One run ended in order while its process did.
  await expect.poll(sharedValue(api.vitals, "task_success_total", train)).toBe(111);
  await expect.poll(sharedValue(api.vitals, "taskvitals_processes")).toBe(1);
  const page = await sharedPage(api.vitals);
  expect(page?.value("task_success_total", train)).toBe(111);
  expect(page?.value("task_duration_seconds_count", train)).toBeGreaterThanOrEqual(110);
  expect(page?.series("task_active")).toEqual([]);
  expect(page?.series("task_concurrency")).toEqual([]);
});

test("what is forgotten stays in the totals, and goes on from there", async () => {
  const [api, worker] = await Promise.all([share(server), share(server)]);
  worker.vitals.tasks.record(success);
  worker.vitals.tasks.forget(train);
  await worker.vitals.flush();
  await expect.poll(sharedValue(api.vitals, "task_success_total", train)).toBe(1);
  expect((await worker.scrape()).value("taskvitals_series", { instrument: "task_success_total" })).toBe(0);
  worker.vitals.tasks.record(success);
  await worker.vitals.flush();
  expect((await sharedPage(api.vitals))?.value("task_success_total", train)).toBe(2);
});

test("while Redis is away totals are absent, are counted on, and come back whole, once for all that lost them", async () => {
  const [api, worker] = await Promise.all([share(server), share(server)]);
  worker.vitals.tasks.record(success);
  await worker.vitals.flush();
  await expect.poll(sharedValue(api.vitals, "task_success_total", train)).toBe(1);

  await server.kill();
  worker.vitals.tasks.record(success);
  const { status, text } = await ask(`${api.vitals.endpoint?.url}/shared`);
  expect({ status, text }).toMatchObject({ status: 503, text: expect.stringContaining("shared totals are not known") });
  expect(text).not.toContain("task_success_total");
  expect((await api.scrape()).value("taskvitals_error_total", { operation: "shared_totals" })).toBeGreaterThan(0);

  await server.restart();
  await expect.poll(sharedValue(api.vitals, "task_success_total", train)).toBe(2);
  expect(api.warnings.filter((warning) => warning.includes("could not be read")).length).toBeLessThanOrEqual(2);
});

test("two namespaces on one Redis know nothing of each other", async () => {
  const [one, other] = await Promise.all(
    ["one", "other"].map((namespace) => share(server, { sharedTotals: { namespace } })),
  );
  one?.vitals.tasks.record(success);
  await one?.vitals.flush();
  await expect.poll(sharedValue(one?.vitals ?? expect.fail(), "task_success_total", train)).toBe(1);
  await expect.poll(sharedValue(other?.vitals ?? expect.fail(), "taskvitals_processes")).toBe(1);
  expect((await sharedPage(other?.vitals ?? expect.fail()))?.series("task_success_total")).toEqual([]);
});

test("histograms of other bounds are shown apart from each other, and said", async () => {
  const [api, one, other] = await Promise.all([
    share(server),
    share(server),
    share(server, { buckets: { durationSeconds: [1, 2] } }),
  ]);
  for (const { vitals } of [one, other]) {
    vitals.tasks.record(success);
    await vitals.flush();
  }
  await expect.poll(sharedValue(api.vitals, "task_success_total", train)).toBe(2);
  const page = await sharedPage(api.vitals);
  expect(page?.value("task_duration_seconds_count", train)).toBe(1);
  expect(api.warnings.join("\n")).toContain("task_duration_seconds has other bounds");
});

test("the page of the shared totals asks for the same credentials", async () => {
  const { vitals } = await share(server, { endpoint: { port: 0, token: "a-token-of-the-test" } });
  expect((await ask(`${vitals.endpoint?.url}/shared`)).status).toBe(401);
  const headers = { authorization: "Bearer a-token-of-the-test" };
  const url = `${vitals.endpoint?.url}/shared`;
  await expect.poll(async () => (await ask(url, { headers })).status).toBe(200);
});

test.each(["up", "frozen"])("nothing of it keeps a process alive while Redis is %s", async (state) => {
  if (state === "frozen") {
    server.freeze();
    onTestFinished(() => server.resume());
  }
  const child = await startChild("sharing-worker.ts", {
    env: { TEST_REDIS_URL: server.url, TEST_TASKS: "1", TEST_THEN: "end" },
    readyWhen: /written/,
  });
  expect(await child.exited).toEqual({ code: 0, signal: null });
});

test("without Redis a process starts, counts, serves and ends", async () => {
  const away = await share({ url: `redis://127.0.0.1:${await freePort()}` });
  away.vitals.tasks.record(success);
  await away.vitals.flush();
  expect((await away.scrape()).value("taskvitals_error_total", { operation: "shared_totals" })).toBeGreaterThan(0);
  expect(await sharedPage(away.vitals)).toBeUndefined();
  await away.vitals.shutdown();
});

test("where nothing is shared the shared page is not there, its handler says why, and the shared meter is an ordinary one", async () => {
  const { vitals, scrape } = await startVitals({ runtimeMetrics: false });
  expect((await ask(`${vitals.endpoint?.url}/shared`)).status).toBe(404);
  const answer = await vitals.sharedHandlers.fetch(new Request("http://localhost/metrics/shared"));
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("sharedTotals is not switched on");
  vitals.sharedMeter.createCounter("tokens_total").add(2);
  expect((await scrape()).value("tokens_total")).toBe(2);
});

test("the handlers of the shared page serve it in a server of the application's", async () => {
  const { vitals } = await share(server);
  const answer = async (): Promise<string> =>
    (await vitals.sharedHandlers.fetch(new Request("http://localhost/"))).text();
  await expect.poll(answer).toContain("taskvitals_processes 1\n");
});

test("from the environment alone; what was counted just before SIGTERM is written where signals are flushed on", async () => {
  const api = await share(server);
  const child = await startChild("counting-worker.ts", {
    env: { REDIS_URL: server.url, TASKVITALS_SHARED_TOTALS: "true", TEST_TASKS: "5" },
    readyWhen: /counted/,
  });
  child.kill("SIGTERM");
  expect(await child.exited).toEqual({ code: null, signal: "SIGTERM" });
  await expect.poll(sharedValue(api.vitals, "task_success_total", train)).toBe(5);
});
