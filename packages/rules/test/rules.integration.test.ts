import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { prometheusVersions } from "../../../test/services/index.ts";
import { alerts } from "../src/index.ts";
import { awkwardSuite } from "./promtool/awkward-cases.ts";
import { brokerSuite } from "./promtool/broker-cases.ts";
import { checkRules, testRules } from "./promtool/promtool-run.ts";
import { queueSuite, stuckSuite } from "./promtool/queue-cases.ts";
import { scopeSuites } from "./promtool/scope-cases.ts";
import { regressionSuite, taskSuite } from "./promtool/task-cases.ts";
import { telemetrySuite } from "./promtool/telemetry-cases.ts";
import { workerSuite } from "./promtool/worker-cases.ts";

const suites = [
  taskSuite,
  regressionSuite,
  queueSuite,
  stuckSuite,
  workerSuite,
  brokerSuite,
  telemetrySuite,
  awkwardSuite,
  ...scopeSuites,
];

describe.each(prometheusVersions)("Prometheus %s", (version) => {
  test("promtool finds nothing in the rules that are shipped", async () => {
    const folder = fileURLToPath(new URL("../../../prometheus/rules/", import.meta.url));
    const paths = readdirSync(folder).map((name) => `${folder}${name}`);
    expect(paths).not.toEqual([]);
    expect(await checkRules(paths, version)).toBe("");
  });

  test.each(suites)("$name: each alert fires where it should, and no other does", async (suite) => {
    expect(await testRules(suite, version)).toBe("");
  });
});

test.each(alerts)("$name has a case in which it fires, and one in which it is silent", ({ name }) => {
  const cases = suites.flatMap((suite) => suite.cases);
  expect(cases.some(({ fires = [] }) => fires.some(({ alert }) => alert === name))).toBe(true);
  expect(cases.some(({ silent = [] }) => silent.includes(name))).toBe(true);
});
