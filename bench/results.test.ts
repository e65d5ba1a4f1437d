import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { tempDirectory } from "../test/services/index.ts";
import type { Report } from "./report.ts";
import { newestResults, saveReport } from "./results.ts";

function reportOf(benchmark: string, value: number): Report {
  const machine = { cpu: "a processor", cores: 2, memory: "4.0 GiB", os: "linux 6", arch: "x64", load: 0 };
  const targets = [{ name: "some_ms", value, limit: 2, ok: value <= 2 }];
  return { benchmark, machine, versions: { node: "24.0.0" }, targets, figures: { some_ms: value } };
}

test("a report is kept as one dated line, in a file named after the day and the benchmark", () => {
  const directory = tempDirectory("results");
  try {
    const path = saveReport(reportOf("jobs", 1), new Date("2026-03-01T23:59:00Z"), join(directory.path, "results"));
    expect(basename(path)).toBe("2026-03-01-jobs.json");
    expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify({ date: "2026-03-01", ...reportOf("jobs", 1) })}\n`);
  } finally {
    directory.remove();
  }
});

test("the newest result of each benchmark counts, the last of its day", () => {
  const directory = tempDirectory("results");
  try {
    expect(newestResults(join(directory.path, "none"))).toEqual([]);
    saveReport(reportOf("pages", 1), new Date("2026-02-01T00:00:00Z"), directory.path);
    saveReport(reportOf("jobs", 1), new Date("2026-03-01T00:00:00Z"), directory.path);
    saveReport(reportOf("jobs", 2), new Date("2026-03-01T12:00:00Z"), directory.path);
    saveReport(reportOf("jobs", 3), new Date("2025-12-31T00:00:00Z"), directory.path);
    expect(newestResults(directory.path)).toEqual([
      { date: "2026-03-01", ...reportOf("jobs", 2) },
      { date: "2026-02-01", ...reportOf("pages", 1) },
    ]);
  } finally {
    directory.remove();
  }
});
