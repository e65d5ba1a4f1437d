import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { prometheusVersions, promtool, startPrometheus } from "../../../test/services/index.ts";
import { createMeterProvider } from "../src/index.ts";

test.each(prometheusVersions)(
  "a real Prometheus %s sees the first failure and the first long job of a fresh process",
  async (version) => {
    await using stack = new AsyncDisposableStack();
    const provider = stack.use(createMeterProvider());
    const exposition = provider.createExposition({ targetInfo: { "service.name": "declared" } });
    const target = createServer(async (_, response) => {
      const { chunks } = await exposition.render();
      response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
      for (const chunk of chunks) response.write(chunk);
      response.end();
    }).listen(0, "127.0.0.1");
    stack.defer(() => {
      target.closeAllConnections();
      target.close();
    });
    await once(target, "listening");
    const targets = [`127.0.0.1:${(target.address() as AddressInfo).port}`];
    const prometheus = stack.use(
      await startPrometheus({ version, scrapeConfigs: [{ job_name: "t", static_configs: [{ targets }] }] }),
    );

    const meter = provider.getMeter("declared");
    const options = { description: "Run time", advice: { explicitBucketBoundaries: [60, 3600] } };
    const labels = { task: 'train "lora" \\ é', queue: "gpu" };
    const failure = meter.createCounter("task_failure_total", { description: "Failures" }).bind(labels);
    const duration = meter.createHistogram("task_duration_seconds", options).bind(labels);
    // Two scrapes at 0: from one point there is no rate yet.
    const twoScrapes = "count_over_time(task_failure_total[1m]) and task_duration_seconds_count == 0";
    await prometheus.waitFor(twoScrapes, ([seen]) => seen !== undefined && seen.value >= 2);
    failure.add(1);
    duration.record(7200);
    const [increase] = await prometheus.waitFor("increase(task_failure_total[1m]) > 0", (found) => found.length === 1);
    expect(increase?.value).toBeGreaterThan(0.9);
    expect(increase?.metric).toMatchObject(labels);
    const average = "rate(task_duration_seconds_sum[1m]) / rate(task_duration_seconds_count[1m]) > 0";
    const [duringFirstJob] = await prometheus.waitFor(average, (found) => found.length === 1);
    expect(duringFirstJob?.value).toBeCloseTo(7200, 6);
    expect((await prometheus.query("target_info")).map(({ metric }) => metric.service_name)).toEqual(["declared"]);
    expect((await prometheus.targets()).map(({ health, lastError }) => [health, lastError])).toEqual([["up", ""]]);
  },
);

test("promtool finds nothing wrong with a page", async () => {
  const provider = createMeterProvider({ onWarning: () => {} });
  const meter = provider.getMeter("lint");
  const counter = meter.createCounter("requests_total", { description: 'Requests \\ "served"\nso far' });
  counter.add(1, { "http.route": '/é"\\\n' });
  meter.createHistogram("wait_seconds", { description: "Wait" }).bind({ "9lead": "x", "a-b": "1", "a.b": "2" });
  const level = meter.createObservableGauge("level", { description: "Level" });
  level.addCallback((result) => result.observe(-1));
  const page = (await provider.createExposition().render()).text();
  for (const version of prometheusVersions) {
    expect(await promtool(["check", "metrics"], page, version)).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  }
});
