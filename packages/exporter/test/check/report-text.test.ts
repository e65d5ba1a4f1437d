import { expect, it } from "vitest";
import type { CeleryFinding, CheckReport } from "../../src/check/check-report.ts";
import { reportText } from "../../src/check/report-text.ts";

const series = { now: 3, metrics: {}, perTask: 50, maxTasks: 2000, perDiscoveredQueue: 0, most: 3 };
const nothing: CheckReport = {
  result: "ok",
  brokers: [],
  queues: [],
  counters: [],
  celeryEvents: [],
  bullmqEvents: [],
  series,
};
const quiet: CeleryFinding = {
  broker: "default",
  seen: true,
  listenedSeconds: 12,
  workers: ["one@a", "two@a"],
  announcingWorkers: [],
  silentWorkers: [],
  problems: [],
};

function ofCelery(finding: Partial<CeleryFinding>): string {
  return reportText({ ...nothing, celeryEvents: [{ ...quiet, ...finding }] }).split("\n")[0] ?? "";
}

it("heartbeats alone are not taken for events of tasks", () => {
  expect(ofCelery({})).toBe(
    "Celery's events on default: heartbeats of 2 workers, no task event in 12 s; if tasks ran, the workers lack -E and theirs are not counted. " +
      "Run a task meanwhile to know",
  );
});

it("says of how many workers there were events of tasks", () => {
  expect(ofCelery({ announcingWorkers: ["one@a", "two@a"] })).toBe(
    "Celery's events on default: heartbeats of 2 workers, task events of each",
  );
  expect(ofCelery({ announcingWorkers: ["one@a"] })).toContain(
    "heartbeats of 2 workers, task events of 1 in 12 s; if tasks ran, the others lack -E",
  );
  expect(ofCelery({ announcingWorkers: ["one@a"], silentWorkers: ["two@a"] })).toBe(
    "Celery's events on default: heartbeats of 2 workers, task events of 1 in 12 s",
  );
  expect(ofCelery({ seen: false, workers: [] })).toBe("Celery's events on default: none");
  expect(ofCelery({ workers: [] })).toBe("Celery's events on default: heartbeats of 0 workers, no task event in 12 s");
});

it("says what a further task adds only where events tell of tasks", () => {
  expect(reportText(nothing)).not.toContain("Each further task");
  expect(reportText({ ...nothing, celeryEvents: [quiet] })).toContain(
    "Each further task on a queue adds 50, up to 2000",
  );
});

it("says whether totals are there to go on from", () => {
  const file = "/var/lib/t.json";
  const text = (goesOn: boolean): string => reportText({ ...nothing, totalsFile: { file, goesOn, problems: [] } });
  expect(text(true)).toContain("Totals in /var/lib/t.json: totals of an earlier start\n");
  expect(text(false)).toContain("Totals in /var/lib/t.json: nothing yet\n");
});
