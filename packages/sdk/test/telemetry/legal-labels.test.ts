import type { Attributes } from "@opentelemetry/api";
import { ValueType } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
} from "@opentelemetry/sdk-metrics";
import { expect, test } from "vitest";
import { withLegalLabels } from "../../src/telemetry/legal-labels.ts";

function collected(attributes: Attributes, resource: Attributes = {}): ResourceMetrics {
  const metric: MetricData = {
    descriptor: {
      name: "app",
      description: "",
      unit: "",

      valueType: ValueType.INT,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    dataPointType: DataPointType.SUM,
    isMonotonic: true,
    dataPoints: [{ attributes, value: 1, startTime: [0, 0], endTime: [1, 0] }],
  };
  return { resource: resourceFromAttributes(resource), scopeMetrics: [{ scope: { name: "app" }, metrics: [metric] }] };
}

const repaired = (attributes: Attributes): { labels: unknown; reported: string[] } => {
  const reported: string[] = [];
  const { scopeMetrics } = withLegalLabels(collected(attributes), (metric, label) =>
    reported.push(`${metric}: ${label}`),
  );
  return { labels: scopeMetrics[0]?.metrics[0]?.dataPoints[0]?.attributes, reported };
};

test.each([
  [
    { task: "a", Queue_2: "b", _x: "c" },
    { task: "a", Queue_2: "b", _x: "c" },
  ],
  [
    { "http.route": "/", "a-b": 1 },
    { http_route: "/", a_b: 1 },
  ],
  [{ größe: "x" }, { gr_e: "x" }],
  [{ a__b: "x" }, { a_b: "x" }],
  [{ "": "x" }, { _: "x" }],
])("%j becomes %j, without a word", (attributes, labels) => {
  expect(repaired(attributes)).toEqual({ labels, reported: [] });
});

test.each([
  [{ "9lead": "x" }, { _9lead: "x" }, ["app: 9lead"]],
  [{ "a.b": "x", "a-b": "y" }, { a_b: "y;x" }, ["app: a.b"]],
  [{ a_b: "x", a__b: "y" }, { a_b: "y;x" }, ["app: a_b"]],
  [{ le: "x" }, { exported_le: "x" }, ["app: le"]],
  [{ quantile: "x" }, { exported_quantile: "x" }, ["app: quantile"]],
  [{ __name__: "x" }, { exported_name_: "x" }, ["app: __name__"]],
])("%j becomes %j, and that is reported", (attributes, labels, reported) => {
  expect(repaired(attributes)).toEqual({ labels, reported });
});

test("the resource is repaired too, as target_info shows it, and the one that is pushed stays as it was", () => {
  const reported: string[] = [];
  const given = collected({}, { "service.name": "trainer", "9lead": "x", "a-b": "y", "a.b": "z" });
  const { resource } = withLegalLabels(given, (metric, label) => reported.push(`${metric}: ${label}`));
  expect(resource.attributes).toEqual({ service_name: "trainer", _9lead: "x", a_b: "y;z" });
  expect(reported).toEqual(["target_info: 9lead", "target_info: a.b"]);
  expect(given.resource.attributes).toMatchObject({ "service.name": "trainer", "a.b": "z" });
});

test("a page without anything to repair is passed on as it is", () => {
  const given = collected({ task: "a" });
  expect(withLegalLabels(given, () => expect.fail("nothing to report"))).toBe(given);
});
