import { metrics } from "@opentelemetry/api";
import { expect, onTestFinished, test } from "vitest";
import { startTaskVitals } from "../src/index.ts";
import { startChild } from "./child/start-child.ts";
import { ask } from "./endpoint/http-client.ts";
import { connectRaw } from "./endpoint/raw-client.ts";
import { refusalOf } from "./refusal.ts";
import { startVitals } from "./start-vitals.ts";

const train = { task: "train", queue: "gpu" } as const;

test("a second start on the same port is refused with the remedy, and the first goes on", async () => {
  const { vitals, scrape } = await startVitals();
  const port = vitals.endpoint?.port ?? 0;
  const refusal = await refusalOf(() => startTaskVitals({ environment: {}, endpoint: { port } }));
  expect(refusal.code).toBe("PORT_IN_USE");
  expect(refusal.message).toContain(`endpoint.port: got ${port}; expected a port that is free`);
  expect(refusal.message).toMatch(/or 0 for any free one; .*endpoint: false .*onPortInUse: "warn"/);
  vitals.tasks.record({ ...train, outcome: "success" });
  expect((await scrape()).value("task_success_total", train)).toBe(1);
});

test("onPortInUse: warn goes on without an endpoint, with one warning", async () => {
  const { vitals } = await startVitals();
  const second = await startVitals({ endpoint: { port: vitals.endpoint?.port, onPortInUse: "warn" } });
  expect(second.vitals.endpoint).toBeUndefined();
  expect(second.warnings).toHaveLength(1);
  expect(second.warnings[0]).toMatch(/^taskvitals: no metrics endpoint in this process: port \d+ /);
});

test("two starts on ports of their own know nothing of each other", async () => {
  const [first, second] = [await startVitals(), await startVitals()];
  first.vitals.tasks.record({ ...train, outcome: "success" });
  second.vitals.tasks.record({ ...train, outcome: "failure" });
  await first.vitals.flush();
  const values = async ({ scrape }: typeof first): Promise<unknown> => {
    const page = await scrape();
    return [page.value("task_success_total", train), page.value("task_failure_total", train)];
  };
  expect(await values(first)).toEqual([1, 0]);
  expect(await values(second)).toEqual([0, 1]);
  await first.vitals.shutdown();
  expect(await values(second)).toEqual([0, 1]);
  expect((await second.scrape()).series("nodejs_eventloop_utilization")).toHaveLength(1);
});

test("nothing global is touched unless asked for", async () => {
  const before = metrics.getMeterProvider();
  await startVitals();
  expect(metrics.getMeterProvider()).toBe(before);
});

test("registerGlobal gives libraries the provider until shutdown; one that is already there is never replaced", async () => {
  const { vitals, scrape } = await startVitals({ registerGlobal: true });
  metrics.getMeter("library").createCounter("library_calls_total").add(2);
  expect((await scrape()).value("library_calls_total")).toBe(2);

  const refusal = await refusalOf(() => startTaskVitals({ environment: {}, endpoint: false, registerGlobal: true }));
  expect(refusal.code).toBe("GLOBAL_PROVIDER_TAKEN");
  expect(refusal.message).toContain("pass the registered provider as meterProvider");
  expect(metrics.getMeterProvider()).toBe(vitals.meterProvider);

  await vitals.shutdown();
  expect(metrics.getMeterProvider()).not.toBe(vitals.meterProvider);
});

test("after shutdown recording does nothing, wrapped functions work, and nothing throws", async () => {
  const { vitals } = await startVitals();
  const { tasks } = vitals;
  const double = tasks.wrap("double", (value: number) => 2 * value);
  const run = tasks.start("train");
  await vitals.shutdown();
  run.succeed();
  tasks.record({ ...train, outcome: "success" });
  tasks.start("train").fail(new Error("no"));
  tasks.declare("other");
  tasks.forget(train);
  expect(double(21)).toBe(42);
  expect(tasks.wrap("late", () => "late")()).toBe("late");
  await vitals.flush();
  expect(vitals.queues.list()).toEqual([]);
});

test("the endpoint refuses after shutdown, and mounted handlers answer 503", async () => {
  const { vitals } = await startVitals();
  const url = vitals.endpoint?.url ?? "";
  await vitals.shutdown();
  await expect(ask(url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  const response = await vitals.fetchHandler(new Request("http://localhost/metrics"));
  expect(response.status).toBe(503);
  expect(await response.text()).toMatch(/^No metrics: /);
});

test("shutdown may be called twice and at once, and again through await using", async () => {
  const { vitals } = await startVitals();
  await Promise.all([vitals.shutdown(), vitals.shutdown()]);
  await vitals.shutdown();
  await vitals[Symbol.asyncDispose]();
});

test("await using ends it with its scope", async () => {
  let url = "";
  {
    await using vitals = await startTaskVitals({ environment: {}, endpoint: { port: 0 }, logger: { warn: () => {} } });
    url = vitals.endpoint?.url ?? "";
    expect((await ask(url)).status).toBe(200);
  }
  await expect(ask(url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("shutdown with a scrape in flight, an idle and a silent client ends, and none of them is left", async () => {
  const { vitals } = await startVitals();
  // A callback of the application's that takes its time.
  const slow = vitals.meterProvider.getMeter("app").createObservableGauge("app_slow");
  const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
  slow.addCallback(async () => {
    enter();
    await new Promise(() => {});
  });
  const port = vitals.endpoint?.port ?? 0;
  const [silent, idle] = [await connectRaw(port), await connectRaw(port)];
  idle.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
  await idle.sees(/ok\n/);
  const scrape = ask(vitals.endpoint?.url ?? "").then(
    ({ status }) => status,
    () => "cut",
  );
  await entered;
  const start = performance.now();
  await vitals.shutdown();
  expect(performance.now() - start).toBeLessThan(15_000);
  expect(await scrape).toBe("cut");
  await Promise.all([silent.isCutOff(), idle.isCutOff()]);
});

test("what a mistake in the options would have opened is not left open", { timeout: 60_000 }, async () => {
  const child = await startChild("failing-start.ts", { env: { TEST_REDIS_URL: "redis://127.0.0.1:1" } });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  const line =
    child
      .output()
      .split("\n")
      .find((candidate) => candidate.startsWith("{")) ?? "{}";
  const { failure, before, after, listeners } = JSON.parse(line) as Record<string, unknown>;
  expect(failure).toBe("PORT_IN_USE");
  expect(after).toEqual(before);
  expect(listeners).toEqual([0, 0, 0]);
});

test("OTEL_SDK_DISABLED=true gives a handle whose every method works and does nothing", async () => {
  const { vitals } = await startVitals({ environment: { OTEL_SDK_DISABLED: "true" }, redis: "redis://127.0.0.1:1" });
  onTestFinished(() => vitals.shutdown());
  expect(vitals.endpoint).toBeUndefined();
  expect(vitals.tasks.wrap("double", (value: number) => 2 * value)(21)).toBe(42);
  vitals.tasks.record({ ...train, outcome: "success" });
  vitals.meterProvider.getMeter("app").createCounter("c").add(1);
  expect(vitals.queues.add("list:jobs")).toBe("list:jobs");
  expect(vitals.queues.list()).toEqual([]);
  await vitals.flush();
  const response = await vitals.fetchHandler(new Request("http://localhost/metrics"));
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("OTEL_SDK_DISABLED");
});
