import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { benchmarkNames } from "../bench/catalogue.ts";
import type { Report } from "../bench/report.ts";
import { capture } from "./services/index.ts";

const script = fileURLToPath(new URL("../bench/run.ts", import.meta.url));

test.each(benchmarkNames())("benchmark %s still runs, and its last line is its report", async (name) => {
  const { exitCode, stdout, stderr } = await capture(process.execPath, [script, name, "--quick"], {
    timeoutMs: 120_000,
  });
  expect(exitCode, stderr).toBe(0);
  const report = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as Report;
  expect(Object.keys(report)).toEqual(["benchmark", "machine", "versions", "targets", "figures"]);
  expect(report.benchmark).toBe(name);
  expect(report.versions.node).toBe(process.versions.node);
  expect(report.targets.length).toBeGreaterThan(0);
  for (const { value, limit, ok } of report.targets) {
    expect(value).toEqual(expect.any(Number));
    expect(ok).toBe(value <= limit);
  }
  expect(Object.keys(report.figures).length).toBeGreaterThan(0);
});

test("several names give one report each", async () => {
  const [first = "", second = first] = benchmarkNames();
  const { exitCode, stdout } = await capture(process.execPath, [script, "--quick", first, second], {
    timeoutMs: 240_000,
  });
  const reports = stdout
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as Report).benchmark);
  expect({ exitCode, reports }).toEqual({ exitCode: 0, reports: [first, second] });
});
