import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry, Summary } from "prom-client";
import { expect, test } from "vitest";
import { prometheusVersions, promtool, startPrometheus } from "../../../../test/services/index.ts";
import { ask } from "../endpoint/http-client.ts";
import { startVitals } from "../start-vitals.ts";

/** A registry with what prom-client takes and Prometheus may not. */
function hostileRegistry(): Registry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const hostile = new Counter({ name: "hostile_total", help: 'a\\b\n"c"\0 🚀', labelNames: ["a", "b"], registers });
  for (const value of ["", 'a"b\\c\nd', "\\", '"', "\0", "\ud800", "größe\r\n", "x".repeat(100_000), "a,b=} 5"]) {
    hostile.inc({ a: value, b: "}" });
  }
  for (const value of [null, undefined, 5, true, { a: 1 }]) hostile.inc({ a: value as unknown as string });
  const values = new Gauge({ name: "values", help: "h", labelNames: ["a"], registers });
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -0, 1e300, 5e-324, -1.5])
    values.set({ a: `${value}` }, value);
  const objects = new Gauge({ name: "objects", help: "h", labelNames: ["a"], registers });
  objects.set({ a: ['"} 5\nobjects 6 # {'] as unknown as string }, 1);
  new Gauge({ name: "mixed_count", help: "h", registers }).set(1);
  new Histogram({ name: "mixed", help: "h", registers }).observe(1);
  new Summary({ name: "task_wait_seconds", help: "h", registers }).observe(1);
  new Gauge({ name: "target_info", help: "h", labelNames: ["job"], registers }).set({ job: "x" }, 1);
  new Gauge({ name: "le", help: "h", labelNames: ["le", "quantile"], registers }).set({ le: "x", quantile: "y" }, 1);
  new Gauge({ name: "last", help: "h", registers }).set(7);
  return registry;
}

const APPLICATIONS = [
  { job: "incremental", options: { exposition: "incremental" }, labels: {} },
  { job: "standard", options: { exposition: "standard" }, labels: {} },
  // As default labels go onto every sample, these spoil histograms and summaries, and nothing else.
  { job: "bounds", options: {}, labels: { le: "x", quantile: "y" } },
] as const;

test("promtool and both Prometheus take the page with a hostile registry", async () => {
  const pages = await Promise.all(
    APPLICATIONS.map(async ({ job, options, labels }) => {
      const promClient = hostileRegistry();
      promClient.setDefaultLabels(labels);
      const { vitals } = await startVitals({ ...options, promClient });
      vitals.tasks.record({ task: "train", queue: "gpu", outcome: "success" });
      const url = vitals.endpoint?.url ?? expect.fail("there is no endpoint");
      await ask(url);
      const { text } = await ask(url);
      return { job, text, config: { job_name: job, static_configs: [{ targets: [new URL(url).host] }] } };
    }),
  );
  await Promise.all(
    prometheusVersions.map(async (version) => {
      for (const { text } of pages) {
        const { stderr } = await promtool(["check", "metrics"], text, version);
        expect(stderr).not.toMatch(/error/);
      }
      const scrapeConfigs = pages.map(({ config }) => config);
      await using prometheus = await startPrometheus({ version, scrapeConfigs, scrapeInterval: "500ms" });
      for (const { job, text } of pages) {
        await prometheus.waitFor(`up{job="${job}"}`, ([up]) => up?.value === 1);
        await prometheus.waitFor(`last{job="${job}"}`, ([last]) => last?.value === 7);
        expect(await prometheus.query(`task_success_total{job="${job}"}`)).toMatchObject([{ value: 1 }]);
        const { length } = text.match(/^hostile_total\{/gm) ?? [];
        expect(length).toBeGreaterThan(10);
        expect(await prometheus.query(`count(hostile_total{job="${job}"})`)).toMatchObject([{ value: length }]);
        expect(await prometheus.query(`count(target_info{job="${job}"})`)).toMatchObject([{ value: 1 }]);
      }
    }),
  );
});

test("default labels that are no legal names cost the registry its samples, and us none", async () => {
  const promClient = hostileRegistry();
  promClient.setDefaultLabels({ "my-label": "x" });
  const { vitals, scrape, warnings } = await startVitals({ promClient });
  vitals.tasks.record({ task: "train", queue: "gpu", outcome: "success" });
  const page = await scrape();
  expect(page.value("task_success_total", { task: "train", queue: "gpu" })).toBe(1);
  const { stderr } = await promtool(["check", "metrics"], page.text);
  expect(stderr).not.toMatch(/error/);
  expect(warnings.filter((line) => line.includes("Prometheus would refuse"))).toHaveLength(1);
});
