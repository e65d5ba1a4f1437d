import { readFileSync } from "node:fs";
import { contract } from "@taskvitals/core";
import { defaultThresholds } from "@taskvitals/rules";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { labelsOf } from "./expression-labels.ts";
import { readExpression } from "./promql.ts";

interface Trigger {
  readonly name: string;
  readonly type: string;
  readonly metricType: string;
  readonly metadata: Readonly<Record<"serverAddress" | "query" | "threshold" | "ignoreNullValues", string>>;
}

interface ScaledObject {
  readonly spec: { readonly minReplicaCount: number; readonly maxReplicaCount: number; readonly triggers: Trigger[] };
}

function read<T>(file: string): T {
  const path = new URL(`../../../kubernetes/components/${file}`, import.meta.url);
  return parse(readFileSync(path, "utf8"), { strict: true }) as T;
}

test("the ServiceMonitor scrapes what serves metrics, each pod by itself, in time for the alerts", () => {
  const monitor = read<{
    spec: { endpoints: { port: string; path: string; interval: string; scrapeTimeout: string }[] };
  }>("service-monitor/service-monitor.yaml");
  expect(monitor).toMatchObject({
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name: "taskvitals" },
    spec: { selector: { matchLabels: {} }, endpoints: [{ port: "metrics", path: "/metrics" }] },
  });
  const [{ interval, scrapeTimeout } = { interval: "", scrapeTimeout: "" }] = monitor.spec.endpoints;
  expect(4 * Number.parseInt(interval, 10)).toBeLessThanOrEqual(defaultThresholds.rateWindowSeconds);
  expect(Number.parseInt(scrapeTimeout, 10)).toBeLessThan(Number.parseInt(interval, 10));
});

describe("the ScaledObject", () => {
  const object = read<ScaledObject>("autoscaling/scaled-object.yaml");
  const trigger = (name: string): Trigger => object.spec.triggers.find((one) => one.name === name) as Trigger;

  test("is KEDA's, and never scales to where nobody counts slots", () => {
    expect(object).toMatchObject({ apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject" });
    expect(object.spec.minReplicaCount).toBeGreaterThanOrEqual(1);
    expect(object.spec.maxReplicaCount).toBeGreaterThan(object.spec.minReplicaCount);
  });

  test("scales on age and saturation, not on length", () => {
    const series = (name: string): readonly string[] => readExpression(trigger(name).metadata.query).series;
    expect(object.spec.triggers.map(({ name }) => name)).toEqual(["oldest-age", "saturation"]);
    expect(series("oldest-age")).toEqual([contract.queueOldestAge.name, contract.queuePaused.name]);
    expect(series("saturation")).toEqual([contract.taskActive.name, contract.taskConcurrency.name]);
  });

  test.each(object.spec.triggers)(
    "$name asks for one number that the contract can give, and takes no answer for unknown",
    (one) => {
      expect(one).toMatchObject({ type: "prometheus", metricType: "Value", metadata: { ignoreNullValues: "false" } });
      expect(readExpression(one.metadata.query).valid).toBe(true);
      expect(labelsOf(one.metadata.query)).toEqual([]);
      expect(one.metadata.query).not.toMatch(/vector\(|\bor\b/);
      for (const value of Object.values(one.metadata)) expect(value).toBeTypeOf("string");
    },
  );

  test("acts before an alert does", () => {
    expect(Number(trigger("oldest-age").metadata.threshold)).toBeLessThan(defaultThresholds.oldestTaskSeconds);
    expect(Number(trigger("saturation").metadata.threshold)).toBeLessThan(defaultThresholds.saturationRatio);
  });
});
