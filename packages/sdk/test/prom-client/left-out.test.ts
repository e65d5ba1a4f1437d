import { expect, test } from "vitest";
import { createProblemLog } from "../../src/problem-log.ts";
import { LeftOut } from "../../src/prom-client/left-out.ts";

test("one cause is one line with the names that are new, and is counted each time", () => {
  const lines: string[] = [];
  const problems = createProblemLog({ warn: (line) => void lines.push(line) });
  const said = new Set<string>();
  for (let page = 0; page < 3; page++) {
    const leftOut = new LeftOut(problems, said);
    leftOut.note("a", "taken");
    leftOut.note("b", "taken");
    if (page > 0) leftOut.note("c", "taken");
    leftOut.note(undefined, "late");
    leftOut.say();
  }
  expect(lines).toEqual([
    "taskvitals: promClient: a, b: taken",
    "taskvitals: promClient: the whole registry: late",
    "taskvitals: promClient: c: taken",
  ]);
  const counted: unknown[] = [];
  problems.countWith({ add: (value, labels) => counted.push([value, labels]) });
  expect(counted).toEqual([[11, { operation: "prom_client" }]]);
});

test("names without end, and names of any length, fill neither memory nor log", () => {
  const lines: string[] = [];
  const problems = createProblemLog({ warn: (line) => void lines.push(line) });
  const said = new Set<string>();
  const leftOut = new LeftOut(problems, said);
  for (let metric = 0; metric < 5000; metric++) leftOut.note(`m${metric}_${"x".repeat(10_000)}`, "taken");
  leftOut.say();
  expect(said.size).toBeLessThanOrEqual(1000);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("and 980 more");
  expect(lines[0]?.length).toBeLessThan(4000);
});

test("a name with line breaks stays on its line", () => {
  const lines: string[] = [];
  const leftOut = new LeftOut(createProblemLog({ warn: (line) => void lines.push(line) }), new Set());
  leftOut.note("a\nforged", "late");
  leftOut.say();
  expect(lines).toEqual(['taskvitals: promClient: "a\\nforged": late']);
});
