import { expect, it } from "vitest";
import { prometheusVersions, promtool } from "./index.ts";

it.each(prometheusVersions)("promtool %s reads its input and reports by exit code and text", async (version) => {
  const page = "# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 1\n";
  expect(await promtool(["check", "metrics"], page, version)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  const bad = await promtool(["check", "metrics"], page.replaceAll("jobs_total", "jobs_gigabytes"), version);
  expect(bad.exitCode).toBe(3);
  expect(bad.stderr).toContain('use base unit "bytes" instead of "gigabytes"');
});
