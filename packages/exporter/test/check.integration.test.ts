import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  capture,
  type RedisServer,
  startRedis,
  startRedisCluster,
  startRedisSentinels,
} from "../../../test/services/index.ts";
import type { CheckReport } from "../src/check/check-report.ts";
import { exporterCommand, runExporter } from "./start-exporter.ts";
import { tempFiles } from "./temp-files.ts";

async function fill(server: RedisServer): Promise<void> {
  const client = new Redis(server.url, { protocol: 2 });
  await client.sadd("rq:queues", "rq:queue:default");
  await client.rpush("rq:queue:default", "1", "2");
  client.disconnect();
}

async function started(): Promise<RedisServer> {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  await fill(server);
  return server;
}

describe("check", () => {
  it("prints one JSON object where no person looks, and ends with 0 when all is well", async () => {
    const server = await started();
    const { exitCode, stderr, stdout } = await runExporter(["check", "--redis", server.url, "--queue", "rq:*"]);
    const report = JSON.parse(stdout) as CheckReport;
    expect(report).toMatchObject({
      result: "ok",
      brokers: [{ broker: "default", address: `127.0.0.1:${server.port}`, up: true, problems: [] }],
      queues: [{ queue: "default", broker: "default", length: 2, states: { active: 0, failed: 0 }, problems: [] }],
      celeryEvents: [],
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { series } = report;
    expect(series.metrics).toMatchObject({ task_queue_length: 1, task_broker_up: 1 });
    expect(Object.values(series.metrics).reduce((sum, count) => sum + count, 0)).toBe(series.now);
    // Counters of successes, failures, retries and one class of error; histograms of 19 bounds, their infinity, sum and count; three gauges.
    expect(series.perTask).toBe(4 + 2 * (19 + 3) + 2);
    expect(series.most).toBe(series.now + 10_000 * series.perDiscoveredQueue);
  });

  it("says on a terminal what is wrong and what to do, and ends with 3", async () => {
    const server = await started();
    const args = [
      "check",
      "--redis",
      server.url,
      "--queue",
      "rq:absent",
      "--queue",
      "sidekiq:emails",
      "--celery-events",
    ];
    const command = [process.execPath, ...exporterCommand(args)].map((word) => `'${word}'`).join(" ");
    const shown = await capture("script", ["-qec", command, "/dev/null"]);
    expect(shown.exitCode).toBe(3);
    expect(shown.stdout.replaceAll("\r", "")).toMatch(
      new RegExp(
        [
          `Broker default \\(127\\.0\\.0\\.1:${server.port}\\): answers, ping [\\d.]+ ms`,
          "  Queue absent: 0 waiting, .*",
          '  ! queue_missing: RQ has no queue "absent" there \\(yet\\); .*',
          "    Check the name, .*",
          "  Queue emails: 0 waiting, .*",
          "  ! framework_missing: nothing of Sidekiq is there; .*",
          "    Check the number of the database, which is 0 where the URL says none, and .*",
          "Celery's events on default: none",
          "  ! no_events: no event of a Celery worker came in 6 s",
          "    Start the workers with -E .*",
          "Series of a scrape: \\d+ now, of \\d+ metrics; at most \\d+\\.",
          "( {2}.*\\n)+Each further task on a queue adds \\d+, up to 2000 pairs of task and queue \\(maxSeries\\)\\.",
          "There are problems; each is followed by what to do\\.",
        ].join("\n"),
      ),
    );
  });

  it("says that the folder of the totals is not there, and makes none", async () => {
    const server = await started();
    const { folder } = tempFiles();
    const file = join(folder, "absent", "totals.json");
    const args = ["check", "--redis", server.url, "--queue", "bullmq:a", "--bullmq-events", "--totals-file", file];
    const { exitCode, stderr, stdout } = await runExporter(args);
    expect(stderr).toBe("");
    const report = JSON.parse(stdout) as CheckReport;
    expect(report).toMatchObject({
      result: "problems",
      totalsFile: { file, goesOn: false, problems: [{ reason: "not_writable" }] },
    });
    expect(report.totalsFile?.problems[0]?.detail).toContain(`there is no folder ${join(folder, "absent")}`);
    expect({ exitCode, made: readdirSync(folder) }).toEqual({ exitCode: 3, made: [] });
  });

  it("says when the server wants another password, and repeats none", async () => {
    const guarded = await startRedis({ password: "s3cr3t" });
    onTestFinished(() => guarded.stop());
    const url = guarded.url.replace("s3cr3t", "s3cr3t-of-nobody");
    const refused = await runExporter(["check", "--redis", url, "--queue", "list:a", "--format", "text"]);
    expect(refused.exitCode).toBe(3);
    expect(refused.stdout).toMatch(/Broker default .*: does not answer\n {2}! auth: .*\n {4}Check user and password/);
    expect(`${refused.stdout}${refused.stderr}`).not.toContain("s3cr3t");
  });

  it("says of each kind of server why it cannot be reached, and repeats no password", async () => {
    const server = await started();
    const file = tempFiles().write(
      "exporter.yaml",
      `brokers:
  many: { cluster: [127.0.0.1:1], password: s3cr3t }
  ha: { sentinels: [127.0.0.1:1], name: main, password: s3cr3t, sentinelPassword: s3cr3t }
  away: { url: redis://127.0.0.1:1, password: s3cr3t }
  wrong: { url: "${server.url}", username: ann, password: s3cr3t }`,
    );
    const { exitCode, stderr, stdout } = await runExporter(["check", "--config", file]);
    const report = JSON.parse(stdout) as CheckReport;
    expect(report.brokers.map(({ broker, problems }) => [broker, problems[0]?.detail.split("; ").at(-1)])).toEqual([
      ["many", "no node of the Cluster can be reached"],
      ["ha", "no Sentinel knows the master or can be reached"],
      ["away", expect.stringContaining("ECONNREFUSED")],
      ["wrong", "WRONGPASS"],
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "" });
    expect(stdout).not.toContain("s3cr3t");
  });

  it("finds a mistake in the file of the endpoint, without listening", async () => {
    const web = tempFiles().write("web.yaml", "basic_auth_users: { ann: s3cr3t }");
    const { exitCode, stderr } = await runExporter(["check", "--redis", "redis://h", "--web.config.file", web]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: `taskvitals-exporter: ${web}:1: basic_auth_users.ann: expected a bcrypt hash, as htpasswd -nBC 10 makes it.\n`,
    });
  });

  it("reads a Cluster and the master that Sentinels name", async () => {
    const cluster = await startRedisCluster();
    onTestFinished(() => cluster.stop());
    const sentinels = await startRedisSentinels({ sentinels: 1 });
    onTestFinished(() => sentinels.stop());
    await fill(sentinels.servers[0]);
    const client = new Redis({ port: sentinels.servers[0].port, protocol: 2 });
    client.disconnect();
    const address = ({ host, port }: { host: string; port: number }): string => `"${host}:${port}"`;
    const file = tempFiles().write(
      "exporter.yaml",
      `brokers:
  many: { cluster: [${cluster.startupNodes.map(address).join(", ")}] }
  ha: { sentinels: [${sentinels.sentinels.map(address).join(", ")}], name: ${sentinels.name} }
queues:
  - { layout: list, name: a, broker: many }
  - { layout: list, name: b, broker: many }
  - { layout: rq, name: default, broker: ha }`,
    );
    const { exitCode, stdout, stderr } = await runExporter(["check", "--config", file]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toMatchObject({
      result: "ok",
      brokers: [
        { broker: "many", up: true },
        { broker: "ha", up: true },
      ],
      queues: [
        { queue: "a", broker: "many", length: 0 },
        { queue: "b", broker: "many", length: 0 },
        { queue: "default", broker: "ha", length: 2 },
      ],
    });
    expect(exitCode).toBe(0);
  });
});
