import { expect, it } from "vitest";
import { promtool } from "./index.ts";

it("promtool reads its input and reports by exit code and text", async () => {
  const page = "# HELP jobs_total Jobs.\n# TYPE jobs_total counter\njobs_total 1\n";
  expect(await promtool(["check", "metrics"], page)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  const bad = await promtool(["check", "metrics"], page.replaceAll("jobs_total", "jobs_gigabytes"));
  expect(bad.exitCode).toBe(3);
  expect(bad.stderr).toContain('use base unit "bytes" instead of "gigabytes"');
});
