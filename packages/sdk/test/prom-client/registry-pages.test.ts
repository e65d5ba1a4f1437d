import { gunzipSync } from "node:zlib";
import * as current from "prom-client";
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry, Summary } from "prom-client";
import * as former from "prom-client-14";
import { describe, expect, onTestFinished, test } from "vitest";
import { startOtlpReceiver } from "../../../../test/services/index.ts";
import { startTaskVitals, type TaskVitalsOptions } from "../../src/index.ts";
import { ask } from "../endpoint/http-client.ts";
import { parsePage } from "../metrics-page.ts";
import { refusalOf } from "../refusal.ts";
import { type StartedVitals, startVitals } from "../start-vitals.ts";

const train = { task: "train", queue: "gpu" } as const;
const EXPOSITIONS = ["incremental", "standard"] as const;
const OPERATION = { operation: "prom_client" } as const;

/** What a registry writes, without the blank lines between metrics. */
async function linesOf(registry: { metrics(): string | Promise<string> }): Promise<string> {
  return (await registry.metrics()).replaceAll("\n\n", "\n");
}

/** A registry with each kind of metric, and labels that have to be escaped. */
function fill({ Counter, Gauge, Histogram, Summary }: typeof current, registers: Registry[]): void {
  const shop = 'größe "5"\nback\\slash 🚀';
  new Counter({ name: "orders_total", help: "Orders", labelNames: ["shop"], registers }).inc({ shop }, 3);
  new Gauge({ name: "load", help: "Line one\nand \\ two", registers }).set(Number.NaN);
  new Gauge({ name: "unused", help: "No samples yet", labelNames: ["shop"], registers });
  const seconds = new Histogram({ name: "seconds", help: "Time", labelNames: ["shop"], registers });
  seconds.observe({ shop }, 0.2);
  new Summary({ name: "bytes", help: "Size", registers }).observe(5);
}

describe.each(EXPOSITIONS)("on the %s page", (exposition) => {
  const start = (options: TaskVitalsOptions): Promise<StartedVitals> =>
    startVitals({ exposition, runtimeMetrics: false, hostVitals: false, ...options });

  test.each([
    ["15", current],
    ["14", former as unknown as typeof current],
  ])("the registry of prom-client %s stands behind our metrics, byte for byte", async (_, client) => {
    const promClient = new client.Registry();
    promClient.setDefaultLabels({ app: "shop" });
    fill(client, [promClient]);
    const { vitals, scrape, warnings } = await start({ promClient });
    vitals.tasks.record({ ...train, outcome: "success" });
    const { text, ...page } = await scrape();
    expect(page.value("task_success_total", train)).toBe(1);
    expect(text.endsWith(`\n${await linesOf(promClient)}`)).toBe(true);
    expect(warnings).toEqual([]);

    // Compressed, and on a handler in the application's own server, it is the same.
    const packed = await ask(vitals.endpoint?.url ?? "", { headers: { "accept-encoding": "gzip" } });
    expect(packed.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(
      gunzipSync(packed.body)
        .toString("utf8")
        .endsWith(await linesOf(promClient)),
    ).toBe(true);
    const mounted = await vitals.fetchHandler(new Request("http://localhost/"));
    expect((await mounted.text()).endsWith(await linesOf(promClient))).toBe(true);
  });

  test("of two metrics with one name the registry's is left out, counted at each page and said once", async () => {
    const promClient = new Registry();
    const registers = [promClient];
    for (const name of ["task_success_total", "task_duration_seconds_sum", "target_info", "orders_total"]) {
      new Gauge({ name, help: "h", registers }).set(99);
    }
    new Histogram({ name: "task_wait_seconds", help: "h", registers }).observe(99);
    new Gauge({ name: "stock", help: "h", registers }).set(99);
    const { vitals, scrape, warnings } = await start({ promClient });
    const orders = vitals.meterProvider.getMeter("shop").createCounter("orders");
    vitals.tasks.record({ ...train, outcome: "success" });

    // Nothing of ours has that name before it has a sample.
    const before = await scrape();
    expect(before.value("orders_total")).toBe(99);
    orders.add(1);
    const page = await scrape();
    expect(page.value("orders_total")).toBe(1);
    expect(page.series("task_success_total")).toEqual([train]);
    expect(page.value("stock")).toBe(99);
    expect(page.text).not.toMatch(/ 99$(?<!^stock 99)/m);
    expect(page.text.match(/^# TYPE orders_total /gm)).toHaveLength(1);
    expect((await scrape()).value("taskvitals_error_total", OPERATION)).toBe(4 + 5);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^taskvitals: promClient: task_success_total, task_duration_seconds_sum, target_info, task_wait_seconds: .*Remove it/,
      ),
      expect.stringMatching(/^taskvitals: promClient: orders_total: .*Remove it/),
    ]);
  });

  test("what would spoil the page is left out, and the rest is there", async () => {
    const promClient = new Registry();
    const registers = [promClient];
    const doubled = new Gauge({ name: "doubled", help: "h", labelNames: ["shop"], registers });
    doubled.set({ shop: undefined as unknown as string }, 1);
    doubled.set({ shop: "undefined" }, 2);
    new Gauge({ name: "mixed_sum", help: "h", registers }).set(1);
    new Histogram({ name: "mixed", help: "h", registers }).observe(1);
    const quoted = new Gauge({ name: "quoted", help: "h", labelNames: ["shop"], registers });
    quoted.set({ shop: ['a"b'] as unknown as string }, 1);
    new Gauge({ name: "well", help: "h", registers }).set(1);
    const { scrape, warnings } = await start({ promClient });
    const page = await scrape();
    expect(page.value("doubled", { shop: "undefined" })).toBe(1);
    expect(page.value("mixed_sum")).toBe(1);
    expect(page.value("well")).toBe(1);
    expect(page.text).not.toMatch(/mixed_bucket|quoted/);
    expect((await scrape()).value("taskvitals_error_total", OPERATION)).toBe(3);
    expect(warnings).toEqual([
      expect.stringContaining("promClient: doubled: the registry has samples with the same labels twice"),
      expect.stringContaining("promClient: mixed: the registry has another metric with samples of this name"),
      expect.stringContaining("promClient: quoted: the registry writes it in a form"),
    ]);
  });

  test.each([
    ["a page of HTML", () => "<!doctype html>\n<html><body>Sign in</body></html>"],
    ["bytes at random", () => "\0\u0001\ufffd{}\n\r\n\n{\n#\n# TYPE\n# HELP\n"],
    ["no text", () => ({}) as string],
    ["an error", () => Promise.reject(new Error("hunter2"))],
  ])("a registry that gives %s costs none of our metrics", async (_, metrics) => {
    const { vitals, scrape, warnings } = await start({ promClient: { metrics } });
    vitals.tasks.record({ ...train, outcome: "success" });
    const { text } = await scrape();
    expect(parsePage(text).value("task_success_total", train)).toBe(1);
    expect(text).not.toMatch(/html|hunter2/);
    expect((await scrape()).value("taskvitals_error_total", OPERATION)).toBeGreaterThan(0);
    expect(warnings).toHaveLength(1);
  });

  test("a registry of OpenMetrics is on the page in the page's own format", async () => {
    const promClient = new Registry();
    promClient.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const registers = [promClient];
    const orders = new Counter({
      name: "orders_total",
      help: "Orders",
      labelNames: ["shop"],
      registers,
      enableExemplars: true,
    });
    orders.inc({ labels: { shop: "x" }, value: 2, exemplarLabels: { traceId: "t" } as object });
    const seconds = new Histogram({ name: "seconds", help: "Time", registers, enableExemplars: true });
    seconds.observe({ labels: {}, value: 0.2, exemplarLabels: { traceId: "t" } });
    new Counter({ name: "task_success_total", help: "h", registers }).inc();
    expect(await promClient.metrics()).toMatch(/# \{traceId="t"\}[\s\S]*# EOF/);
    const { scrape, warnings } = await start({ promClient });
    const page = await scrape();
    expect(page.value("orders_total", { shop: "x" })).toBe(2);
    expect(page.value("seconds_bucket", { le: "0.25" })).toBe(1);
    expect(page.text).toContain("# TYPE orders_total counter\n");
    expect(page.text).not.toMatch(/traceId|EOF|task_success_total 1/);
    expect(warnings).toEqual([expect.stringContaining("promClient: task_success_total: ")]);
  });
});

test("a metric that throws or hangs costs itself alone on both pages, which do not wait for it a second time", async () => {
  await Promise.all(
    EXPOSITIONS.map(async (exposition) => {
      const promClient = new Registry();
      const registers = [promClient];
      const answer = Promise.withResolvers<void>();
      new Gauge({ name: "hangs", help: "h", registers, collect: () => answer.promise });
      const collect = async (): Promise<void> => Promise.reject(new TypeError("hunter2"));
      new Gauge({ name: "throws", help: "h", registers, collect });
      const rows: Gauge = new Gauge({ name: "rows", help: "h", registers, collect: async () => rows.set(5) });
      const { vitals, scrape, warnings } = await startVitals({ promClient, exposition, runtimeMetrics: false });
      vitals.tasks.record({ ...train, outcome: "success" });
      for (let count = 0; count < 5; count++) {
        const page = await scrape();
        expect(page.value("task_success_total", train)).toBe(1);
        expect(page.value("rows")).toBe(5);
        expect(page.series("hangs")).toEqual([]);
        expect(page.series("throws")).toEqual([]);
      }
      expect(warnings).toEqual([
        expect.stringMatching(/promClient: hangs: it was not read within 2000 ms/),
        expect.stringMatching(/promClient: throws: reading it failed \(TypeError\)/),
      ]);
      answer.resolve();
      await expect.poll(async () => (await scrape()).series("hangs")).toEqual([{}]);
    }),
  );
});

test("default metrics of prom-client meet none of ours", async () => {
  const promClient = new Registry();
  collectDefaultMetrics({ register: promClient });
  const { scrape, warnings } = await startVitals({ promClient, hostMetrics: true });
  await scrape();
  const { text } = await scrape();
  const metrics = promClient.getMetricsAsArray().map(({ name }) => name);
  expect(metrics).toContain("process_cpu_user_seconds_total");
  for (const name of metrics) expect(text).toContain(`# TYPE ${name} `);
  expect(warnings).toEqual([]);
});

test("merged and aggregated registries, and what a cluster adds up, are registries", async () => {
  const [one, other] = [new Registry(), new Registry()];
  const counter = new Counter({ name: "one_total", help: "h", registers: [one] });
  counter.inc(2);
  new Summary({ name: "other", help: "h", registers: [other] }).observe(1);
  const merged = Registry.merge([one, other]);
  const aggregated = AggregatorRegistry.aggregate([
    await one.getMetricsAsJSON(),
    await one.getMetricsAsJSON(),
  ] as never);
  for (const [promClient, value] of [
    [merged, 2],
    [aggregated, 4],
    [{ metrics: () => aggregated.metrics() }, 4],
  ] as const) {
    const { scrape } = await startVitals({ promClient, runtimeMetrics: false });
    const page = await scrape();
    expect(page.value("one_total")).toBe(value);
    expect(page.text.endsWith(await linesOf(promClient))).toBe(true);
  }
});

test("nothing of the registry is pushed over OTLP", async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const promClient = new Registry();
  new Counter({ name: "orders_total", help: "h", registers: [promClient] }).inc();
  const { vitals, scrape } = await startVitals({ promClient, otlp: { endpoint: `${receiver.origin}/v1/metrics` } });
  vitals.tasks.record({ ...train, outcome: "success" });
  await vitals.flush();
  const names = receiver.exports.flatMap(({ metrics }) => metrics.map(({ name }) => name));
  expect(names).toContain("task_success_total");
  expect(names).not.toContain("orders_total");
  expect((await scrape()).value("orders_total")).toBe(1);
});

test("what is no registry, and a registry where there is no page of ours, is refused", async () => {
  const start = (options: object) => () => startTaskVitals({ environment: {}, ...options });
  const module = await refusalOf(start({ promClient: current }));
  expect(module).toMatchObject({
    code: "INVALID_OPTION",
    message: expect.stringMatching(/^promClient: .*a registry of prom-client, such as its register/),
  });
  const meterProvider = { getMeter: () => expect.fail("not to be used") };
  const beside = await refusalOf(start({ promClient: new Registry(), meterProvider }));
  expect(beside).toMatchObject({
    code: "INVALID_OPTION",
    message: expect.stringMatching(/^promClient: .*beside meterProvider.*Leave out one of the two/),
  });
});
