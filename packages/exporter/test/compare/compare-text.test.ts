import { expect, it } from "vitest";
import { compareText } from "../../src/compare/compare-text.ts";
import type { Comparison } from "../../src/compare/comparison.ts";

const comparison: Comparison = {
  ...{ result: "differ", exporter: "celery-exporter", ours: "http://a", theirs: "http://b" },
  ...{ watchedSeconds: 30.1, looks: 20, notes: ["It leaves priorities out."] },
  findings: [
    {
      ...{ question: "ready", queue: "gpu", verdict: "differ" },
      ...{ ours: { least: 3, most: 5 }, theirs: { least: 1, most: 1 } },
    },
    { question: "ready", queue: "cpu", verdict: "only_theirs", theirs: { least: 2, most: 2 } },
    {
      ...{ question: "success", task: "train", queue: "gpu", verdict: "agree" },
      ...{ ours: { least: 10, most: 12, total: 112 }, theirs: { least: 11, most: 11, total: 40 } },
    },
  ],
};

it("says in one line how it is, and then what differs first", () => {
  expect(
    compareText(comparison, { hasColour: false }),
  ).toBe(`taskvitals and celery-exporter disagree on 1 of 2 numbers over 30 s.

✗ ready tasks on queue gpu: 3 to 5 by taskvitals, 1 by celery-exporter
! ready tasks on queue cpu: only celery-exporter has them, 2
✓ successes of task train on queue gpu: 10 to 12 in 30 s on both (totals 112 here, 40 there)

It leaves priorities out.
`);
});

it("lists a bounded number", () => {
  const many = Array.from({ length: 60 }, (_, index) => ({
    ...{ question: "ready" as const, queue: `q${index}`, verdict: "agree" as const },
    ...{ ours: { least: 0, most: 0 }, theirs: { least: 0, most: 0 } },
  }));
  const text = compareText({ ...comparison, result: "agree", findings: many, notes: [] }, { hasColour: false });
  expect(text).toContain("agree on all 60 numbers");
  expect(text).toContain("  and 10 more of these: --json has all\n");
});

it("lets no name draw on a terminal", () => {
  const findings = [{ question: "ready" as const, queue: "\u001b[2Jx", verdict: "only_ours" as const }];
  expect(compareText({ ...comparison, findings, notes: [] }, { hasColour: false })).not.toContain("\u001b");
});
