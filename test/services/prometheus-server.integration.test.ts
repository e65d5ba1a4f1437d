import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { prometheusVersions, startPrometheus } from "./index.ts";

async function page(body: () => string): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8").end(body());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  onTestFinished(() => new Promise<void>((closed) => server.close(() => closed()).closeAllConnections()));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each(prometheusVersions)("Prometheus %s", (version) => {
  it("scrapes every second and answers queries with labels and values, infinities and NaN included", async () => {
    let jobs = 1;
    const target = await page(() => `jobs_total{task="a"} ${jobs++}\nedge{of="up"} +Inf\nedge{of="none"} NaN\n`);
    await using prometheus = await startPrometheus({
      version,
      scrapeConfigs: [{ job_name: "api", static_configs: [{ targets: [target] }] }],
    });

    await prometheus.waitFor("jobs_total", (samples) => (samples[0]?.value ?? 0) >= 3);

    expect(await prometheus.query("jobs_total * 0 + 7")).toEqual([
      { metric: { instance: target, job: "api", task: "a" }, value: 7 },
    ]);
    const edges = await prometheus.query("sort_desc(edge)");
    expect(edges.map(({ metric, value }) => [metric.of, value])).toEqual([
      ["up", Number.POSITIVE_INFINITY],
      ["none", Number.NaN],
    ]);
    expect(await prometheus.query("1 + 1")).toEqual([{ metric: {}, value: 2 }]);
    expect(await prometheus.targets()).toMatchObject([{ labels: { job: "api" }, health: "up", lastError: "" }]);
  });

  it("says what a target answered when an expectation is never met", async () => {
    const target = await page(() => "this is no metric page\n");
    await using prometheus = await startPrometheus({
      version,
      scrapeConfigs: [{ job_name: "broken", static_configs: [{ targets: [target] }] }],
    });
    await prometheus.waitFor("up", ([up]) => up?.value === 0);
    await expect(prometheus.waitFor("up", ([up]) => up?.value === 1, { timeoutMs: 300 })).rejects.toThrow(
      /as expected[\s\S]*"health": "down"/,
    );
    await expect(prometheus.query("up{")).rejects.toThrow("Prometheus refused `up{`");
  });

  it("fails with Prometheus' own words on a bad configuration", async () => {
    await expect(
      startPrometheus({ version, scrapeConfigs: [{ job_name: "a", scrape_timeout: "1h" }] }),
    ).rejects.toThrow(/ended \(exit code \d+\) before it was ready[\s\S]*scrape timeout greater than scrape interval/);
  });
});
