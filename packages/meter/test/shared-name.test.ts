import { describe, expect, it } from "vitest";
import { createMeterProvider } from "../src/index.ts";

describe("a counter that is added to and one that is observed, under one name", () => {
  const create = () => {
    const warnings: string[] = [];
    const provider = createMeterProvider({ onWarning: ({ message }) => warnings.push(message) });
    const meter = provider.getMeter("test");
    const options = { unit: "{task}", description: "Tasks" };
    meter.createCounter("task_success_total", options).add(2, { task: "own" });
    const observed = meter.createObservableCounter("task_success_total", options);
    observed.addCallback((result) => result.observe(5, { task: "observed" }));
    return { provider, meter, warnings };
  };

  it("are one family on the page", async () => {
    const { provider, warnings } = create();
    const text = (await provider.createExposition().render()).text();
    expect(text.match(/# TYPE task_success_total counter/g)).toHaveLength(1);
    expect(text).toContain('task_success_total{task="own"} 2\n');
    expect(text).toContain('task_success_total{task="observed"} 5\n');
    expect(warnings).toEqual([]);
  });

  it("are one metric to a reader", async () => {
    const { provider } = create();
    const { resourceMetrics } = await provider.createProducer().collect();
    const metrics = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
    expect(metrics.map(({ descriptor }) => descriptor.name)).toEqual(["task_success_total"]);
    expect(metrics[0]?.dataPoints.map(({ attributes, value }) => [attributes.task, value])).toEqual([
      ["own", 2],
      ["observed", 5],
    ]);
  });

  it("are still a mistake when they differ in more than that", () => {
    const { meter, warnings } = create();
    meter.createObservableCounter("task_success_total", { unit: "s" });
    expect(warnings).toEqual([expect.stringContaining("one name cannot show both")]);
  });
});
