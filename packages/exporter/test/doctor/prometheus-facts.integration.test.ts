import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { prometheusVersions, startPrometheus } from "../../../../test/services/index.ts";
import type { DoctorReport } from "../../src/doctor/doctor-report.ts";
import { runCommandLine } from "../../src/run-command-line.ts";
import { tempFiles } from "../temp-files.ts";

const now = (): number => Date.now() / 1000;

/** What happens to a platform, each since some second. */
interface Happened {
  /** The worker of one queue was killed. */
  goneAt?: number;
  /** A burst of 1000 tasks, of which a hundred are worked off in each second. */
  burstAt?: number;
  /** No queue is read any more. */
  unreadAt?: number;
}

/** A page of a platform: counters rise with the time, and lengths as they are told. */
function page(fromSeconds: number, { goneAt, burstAt, unreadAt }: Happened): string {
  const seconds = Math.floor(now() - fromSeconds);
  const readAt = unreadAt ?? now();
  const queue = (name: string, length: number): string[] => [
    `task_queue_length{queue="${name}"} ${length}`,
    `task_queue_read_timestamp_seconds{queue="${name}"} ${readAt}`,
  ];
  const ended = (name: string, succeeded: number, failed: number): string[] => [
    `task_success_total{task="t",queue="${name}"} ${succeeded}`,
    `task_failure_total{task="t",queue="${name}"} ${failed}`,
  ];
  return [
    'taskvitals_series{instrument="x"} 1',
    'task_broker_up{broker="default"} 1',
    'task_broker_ping_seconds{broker="default"} 0.0004',
    ...[...queue("busy", 0), ...ended("busy", 20 * seconds, 0)],
    ...[...queue("poisoned", 0), ...ended("poisoned", 0, 20 * seconds)],
    ...[...queue("growing", Math.floor(100 * (readAt - fromSeconds))), ...ended("growing", seconds, 0)],
    ...[...queue("stuck", 5), `task_queue_oldest_age_seconds{queue="stuck"} ${100 + seconds}`, ...ended("stuck", 9, 0)],
    ...queue("burst", burstAt === undefined ? 0 : Math.max(0, Math.floor(1000 - 100 * (readAt - burstAt)))),
    ...[
      ...queue("left", 5),
      ...ended("left", 9, 0),
      ...(goneAt !== undefined ? [] : ['task_concurrency{queue="left"} 4']),
    ],
    "",
  ].join("\n");
}

it.each(prometheusVersions)(
  "tells by a Prometheus %s alone, without watching, what is wrong over the windows of the alerts",
  async (version) => {
    const from = now();
    const happened: Happened = {};
    const server = createServer((_, response) => {
      response.setHeader("content-type", "text/plain; version=0.0.4").end(page(from, happened));
    }).listen(0, "127.0.0.1");
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((resolve) => server.once("listening", resolve));
    const files = tempFiles();
    const rules = files.write(
      "rules.yml",
      "groups: [{ name: g, rules: [{ alert: TaskQueueStuck, expr: 'task_queue_length{queue=\"stuck\"} > 0', labels: { severity: critical } }] }]",
    );
    const prometheus = await startPrometheus({
      version,
      scrapeConfigs: [
        { job_name: "api", static_configs: [{ targets: [`127.0.0.1:${(server.address() as AddressInfo).port}`] }] },
      ],
      ruleFiles: [rules],
    });
    onTestFinished(() => prometheus.stop());
    await prometheus.waitFor("count_over_time(task_broker_up[1m])", ([sample]) => (sample?.value ?? 0) >= 8);
    happened.goneAt = now();
    await prometheus.waitFor("count(task_broker_up) unless count(task_concurrency)", ({ length }) => length > 0);
    await prometheus.waitFor('ALERTS{alertstate="firing"}', ({ length }) => length > 0);

    // A burst that drains, and readings that stand still for longer than a third of the window.
    happened.burstAt = now();
    await prometheus.waitFor(
      'task_queue_length{queue="burst"} > 0 and deriv(task_queue_length{queue="burst"}[2s]) < 0',
      ({ length }) => length > 0,
    );
    happened.unreadAt = now();
    await prometheus.waitFor("time() - max(task_queue_read_timestamp_seconds) > 3.5", ({ length }) => length > 0);

    const thresholds = files.write(
      "thresholds.yml",
      "thresholds: { stuckSeconds: 5, growthWindowSeconds: 9, growthMinTasks: 50, failureWindowSeconds: 6, rateWindowSeconds: 6 }",
    );
    const stdout: string[] = [];
    const stderr: string[] = [];
    const args = ["doctor", "--prometheus", prometheus.url, "--selector", 'job="api"', "--thresholds", thresholds];
    const exitCode = await runCommandLine(args, {
      environment: {},
      stdout: { write: (text) => stdout.push(text) },
      stderr: { write: (text) => stderr.push(text) },
      version: "0",
      untilAsked: () => new Promise(() => {}),
    });
    expect(stderr).toEqual([]);
    const report = JSON.parse(stdout.join("")) as DoctorReport;
    expect(report.queues.map(({ queue, verdict }) => [queue, verdict])).toEqual([
      ["left", "starving"],
      ["stuck", "stuck"],
      ["poisoned", "failing"],
      ["growing", "backlog"],
      ["burst", "healthy"],
      ["busy", "healthy"],
    ]);
    expect(report.brokers).toMatchObject([{ broker: "default", verdict: "healthy" }]);
    expect(report.alerts).toEqual([
      expect.objectContaining({
        ...{ alert: "TaskQueueStuck", severity: "critical", labels: expect.objectContaining({ queue: "stuck" }) },
      }),
    ]);
    expect({ exitCode, watchedSeconds: report.watchedSeconds }).toEqual({ exitCode: 3, watchedSeconds: 0 });
  },
);
