import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Report } from "../bench/report.ts";
import { capture } from "./services/index.ts";

const script = fileURLToPath(new URL("../bench/run.ts", import.meta.url));

// That each benchmark still runs is seen by `.ci/run`, which runs them all.
test("benchmarks that are named give one report each, as a line of JSON", async () => {
  const names = ["record", "exposition"];
  const { exitCode, stdout, stderr } = await capture(process.execPath, [script, "--quick", ...names], {
    timeoutMs: 240_000,
  });
  expect(exitCode, stderr).toBe(0);
  const reports = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Report);
  expect(reports.map(({ benchmark }) => benchmark)).toEqual(names);
  for (const report of reports) {
    expect(Object.keys(report)).toEqual(["benchmark", "machine", "versions", "targets", "figures"]);
    expect(report.versions.node).toBe(process.versions.node);
    for (const { value, limit, ok } of report.targets) {
      expect(value).toEqual(expect.any(Number));
      expect(ok).toBe(value <= limit);
    }
  }
});
