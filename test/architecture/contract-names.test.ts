import { contract } from "@taskvitals/core";
import { expect, it } from "vitest";
import { spelledMetricNames } from "./contract-names.ts";
import { codeBelow, workspaces } from "./workspace.ts";

const contractFile = "packages/core/src/contract.ts";

it.each(workspaces("packages"))("$folder takes every metric name from the contract", ({ folder }) => {
  // What is generated from the contract holds its names.
  const files = codeBelow(`${folder}/src`).filter(
    ({ path }) => path !== contractFile && !path.endsWith(".generated.ts"),
  );
  expect(files.flatMap(spelledMetricNames)).toEqual([]);
});

it("the contract's own file spells each name once", () => {
  const files = codeBelow("packages/core/src").filter(({ path }) => path === contractFile);
  const names = Object.values(contract).map(({ name }) => `${contractFile}: ${name}`);
  expect(files.flatMap(spelledMetricNames).sort()).toEqual(names.sort());
});

it("sees names in strings, templates and expressions built of them, and not in comments or longer names", () => {
  const text = [
    'const a = "task_success_total";',
    "const b = `rate(task_duration_seconds_sum[$" + "{w}])`;",
    "// task_queue_length",
    'const c = "task_queue_length_of_mine";',
  ].join("\n");
  expect(spelledMetricNames({ path: "a.ts", text })).toEqual([
    "a.ts: task_success_total",
    "a.ts: task_duration_seconds_sum",
  ]);
});
