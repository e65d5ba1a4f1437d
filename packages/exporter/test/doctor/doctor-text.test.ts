import { describe, expect, it } from "vitest";
import type { BrokerReport, DoctorReport, QueueReport } from "../../src/doctor/doctor-report.ts";
import { doctorText } from "../../src/doctor/doctor-text.ts";
import { progressLine } from "../../src/doctor/progress-line.ts";

const healthy = (queue: string): QueueReport => ({
  ...{ queue, verdict: "healthy", evidence: ["nothing waits", "it is calm"], seen: { queue, watchedSeconds: 30 } },
});
const starving = (queue: string): QueueReport => ({
  queue,
  verdict: "starving",
  evidence: ["3 tasks wait and no worker is there", "3 tasks wait, 0 workers"],
  next: "Start workers.",
  alert: "TaskWorkersGone",
  runbook: "https://runbooks/#taskworkersgone",
  seen: { queue, watchedSeconds: 30 },
});
const blind = (queue: string): QueueReport => ({
  ...{ queue, verdict: "blind", evidence: ["it cannot be read"], next: "Make it readable." },
  seen: { queue, watchedSeconds: 0 },
});
const broker: BrokerReport = { broker: "jobs", address: "redis:6379", verdict: "healthy", evidence: ["it answers"] };
const reportOf = (more: Partial<DoctorReport>): DoctorReport => ({
  ...{ result: "healthy", brokers: [], queues: [], watchedSeconds: 30, unreachable: [], unknown: [] },
  ...more,
});
const text = (more: Partial<DoctorReport>): string => doctorText(reportOf(more), { hasColour: false });

describe("the report for a person", () => {
  it("says in one line how it is, then what is wrong and what to do, then what is well", () => {
    expect(text({ brokers: [broker], queues: [starving("mails"), healthy("gpu")] })).toBe(
      [
        "1 of 2 queues needs attention (watched for 30 s).",
        "",
        "✗ Queue mails is starving: 3 tasks wait and no worker is there",
        "    3 tasks wait, 0 workers",
        "    → Start workers.",
        "    TaskWorkersGone: https://runbooks/#taskworkersgone",
        "",
        "✓ Queue gpu is healthy: nothing waits; it is calm",
        "✓ Broker jobs (redis:6379) is healthy: it answers",
        "",
      ].join("\n"),
    );
  });

  it("begins with the broker where that is what is wrong, and says once what is to be said of many queues", () => {
    const away: BrokerReport = {
      broker: "jobs",
      verdict: "away",
      evidence: ["it does not answer"],
      next: "See to it.",
    };
    const names = ["a", "b", "c", "d", "e", "f", "g"];
    expect(text({ brokers: [away], queues: names.map(blind), watchedSeconds: 0 })).toBe(
      [
        "7 of 7 queues need attention; the broker needs attention (one look).",
        "",
        "✗ Broker jobs is away: it does not answer",
        "    → See to it.",
        "",
        "✗ 7 queues (a, b, c, d, e and 2 more) are blind: it cannot be read",
        "    → Make it readable.",
        "",
      ].join("\n"),
    );
  });

  it("tells of alerts that fire, of what did not answer, and of what could not be known", () => {
    const alerts = [{ alert: "TaskQueueStuck", severity: "critical", labels: { queue: "gpu" }, since: "2026-01-01" }];
    const unreachable = [{ source: "http://a/metrics", why: "the connection failed (ECONNREFUSED)" }];
    expect(text({ queues: [healthy("gpu")], alerts, unreachable, unknown: ["How many tasks end: gpu."] })).toBe(
      [
        "The only queue is healthy; 1 source did not answer (watched for 30 s).",
        "",
        "✓ Queue gpu is healthy: nothing waits; it is calm",
        "",
        "Alerts that fire:",
        "  TaskQueueStuck: queue=gpu, critical, since 2026-01-01",
        "",
        "Could not be known:",
        "  http://a/metrics did not answer: the connection failed (ECONNREFUSED).",
        "  How many tasks end: gpu.",
        "",
      ].join("\n"),
    );
    expect(text({ queues: [healthy("gpu")], alerts: [], watchedSeconds: 0 })).toMatch(
      /^The only queue is healthy \(by what Prometheus has\)\.\n.*\nNo alert fires\.\n$/s,
    );
  });

  it("stays short where there are thousands of queues", () => {
    const queues = Array.from({ length: 3000 }, (_, index) => (index < 1000 ? starving : healthy)(`q${index}`));
    const lines = text({ queues }).split("\n");
    expect(lines[0]).toBe("1000 of 3000 queues need attention (watched for 30 s).");
    expect(lines).toContain("  and 950 more queues that need attention: --json has all");
    expect(lines).toContain("  and 1950 more queues that are healthy");
    expect(lines.length).toBeLessThan(400);
  });

  it("is coloured where that is wanted, and nowhere lets a name draw on the terminal", () => {
    const hostile = "a\u001b[31m\u0007\nb";
    const queues = [starving(hostile), healthy(hostile)];
    const unknown = [`How many tasks end: ${hostile}.`];
    const alerts = [{ alert: hostile, labels: { queue: hostile } }];
    const report = reportOf({
      queues,
      unknown,
      alerts,
      brokers: [{ ...broker, broker: hostile, evidence: [hostile] }],
    });
    const plain = doctorText(report, { hasColour: false });
    expect(plain).toMatch(/^[\n\P{Cc}]*$/u);
    const coloured = doctorText(report, { hasColour: true });
    expect(coloured).toContain("\u001b[31m✗\u001b[0m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    expect(coloured.replaceAll(/\u001b\[(31|32|33|1|0)m/g, "")).toBe(plain);
  });
});

it("progress says how long it still takes and what is known, on one line that takes itself back", () => {
  const report = reportOf({ queues: [starving("a"), healthy("b")] });
  expect(progressLine(11.2, report)).toBe("\r\u001b[2KWatching, 12 s left; 1 of 2 needs attention so far");
  expect(progressLine(0, reportOf({}))).toBe("\r\u001b[2KWatching, 0 s left; nothing is wrong so far");
  expect(progressLine(undefined, report)).toBe("\r\u001b[2K");
});
