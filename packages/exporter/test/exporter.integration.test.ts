import { readFileSync } from "node:fs";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  freePort,
  prometheusVersions,
  promtool,
  type RedisServer,
  startProcess,
  startRedis,
  waitUntil,
} from "../../../test/services/index.ts";
import { parsePage } from "../../sdk/test/metrics-page.ts";
import { exporterCommand, runExporter, type ServingExporter, serveExporter } from "./start-exporter.ts";
import { tempFiles } from "./temp-files.ts";

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
  const client = new Redis(redis.url, { protocol: 2 });
  await client.lpush("celery", "a", "b", "c");
  await client.sadd("rq:queues", "rq:queue:default");
  await client.rpush("rq:queue:default", "1", "2");
  await client.set("done", 7);
  client.disconnect();
});

afterAll(() => redis.stop());

/** The value of a sample, once the exporter has it. */
async function sample(
  exporter: ServingExporter,
  name: string,
  labels: Readonly<Record<string, string>>,
): Promise<number> {
  const found = await waitUntil(async () => [parsePage(await exporter.page()).value(name, labels)], {
    what: `${name} to have a value`,
  });
  return await waitUntil(async () => found[0] ?? parsePage(await exporter.page()).value(name, labels), {
    what: `${name}${JSON.stringify(labels)}`,
  });
}

describe("serving", () => {
  it("takes flags, and serves queues, health and a page that promtool accepts", async () => {
    const queues = [
      "--queue",
      "celery:celery",
      "--queue",
      "rq:*",
      "--queue",
      "counter:done=task_success_total,task=t,queue=q",
    ];
    const exporter = await serveExporter(["--redis", redis.url, ...queues, "--task", "train"]);
    expect(await sample(exporter, "task_queue_length", { queue: "celery" })).toBe(3);
    expect(await sample(exporter, "task_queue_length", { queue: "default" })).toBe(2);
    expect(await sample(exporter, "task_broker_up", { broker: "default" })).toBe(1);
    expect(await sample(exporter, "task_success_total", { task: "t", queue: "q" })).toBe(7);
    const text = await exporter.page();
    expect(parsePage(text).value("task_failure_total", { task: "train", queue: "celery" })).toBe(0);
    expect(text).toMatch(/^target_info\{.*service_name="taskvitals-exporter"/m);
    for (const version of prometheusVersions) {
      const { stderr } = await promtool(["check", "metrics"], text, version);
      expect(stderr.trim()).toMatch(/^system_memory_usage_gigabytes use base unit "bytes" instead of "gigabytes"$/);
    }
    for (const [path, body] of [
      ["/healthz", "ok\n"],
      ["/readyz", "ready\n"],
    ] as const) {
      expect(await (await fetch(new URL(path, exporter.url))).text()).toBe(body);
    }
  });

  it("takes the environment", async () => {
    const env = { REDIS_URL: redis.url, TASKVITALS_QUEUES: "celery:celery", TASKVITALS_LOG_FORMAT: "json" };
    const exporter = await serveExporter([], { ...env, OTEL_SERVICE_NAME: "acme" });
    expect(await sample(exporter, "task_queue_length", { queue: "celery" })).toBe(3);
    expect(await exporter.page()).toMatch(/^target_info\{.*service_name="acme"/m);
    const lines = exporter.process
      .output()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { msg: string });
    expect(lines.at(-1)).toMatchObject({
      level: "info",
      msg: "serving",
      url: exporter.url,
      reads: "default/celery:celery",
    });
  });

  it("takes a file, with flags over it", async () => {
    const file = tempFiles().write(
      "exporter.yaml",
      `brokers: { jobs: "${redis.url}", default: redis://127.0.0.1:1 }
queues: [{ layout: celery, name: celery, broker: jobs, label: ours }]
buckets: { durationSeconds: [1, 2] }
tasks: [{ task: train, queue: gpu }]
endpoint: { path: /vitals }
runtimeMetrics: false`,
    );
    const exporter = await serveExporter(["--config", file, "--redis", redis.url]);
    expect(exporter.url).toMatch(/\/vitals$/);
    expect(await sample(exporter, "task_queue_length", { queue: "ours" })).toBe(3);
    const page = parsePage(await exporter.page());
    expect(page.series("task_duration_seconds_bucket").map(({ le }) => le)).toEqual(["1", "2", "+Inf"]);
    expect(page.value("task_broker_up", { broker: "default" })).toBe(1);
    expect(page.text).not.toContain("nodejs_");
  });

  it("tells a person at a terminal where the page is and what is read, and nothing of passwords", async () => {
    const args = ["--redis", redis.url.replace("//", "//:s3cr3t@"), "--queue", "celery:celery", "--celery-events"];
    const words = [process.execPath, ...exporterCommand([...args, "--web.listen-address", "127.0.0.1:0"])];
    const command = words.map((word) => `'${word}'`).join(" ");
    const terminal = await startProcess({
      command: "script",
      args: ["-qec", command, "/dev/null"],
      readyWhen: /Ctrl-C ends\./,
    });
    onTestFinished(() => void terminal.kill("SIGKILL"));
    expect(terminal.output().replaceAll("\r", "")).toMatch(
      new RegExp(
        `taskvitals-exporter 0\\.0\\.0
Metrics: {2}http://127\\.0\\.0\\.1:\\d+/metrics
Page: {5}http://127\\.0\\.0\\.1:\\d+/ in a browser
Broker: {3}default \\(127\\.0\\.0\\.1:${redis.port}\\)
 {10}celery:celery, Celery's events
Ctrl-C ends\\.`,
      ),
    );
    expect(terminal.output()).not.toContain("s3cr3t");
  });

  it("starts without Redis, and reads it when it comes", async () => {
    const port = await freePort();
    const exporter = await serveExporter(["--redis", `redis://127.0.0.1:${port}`, "--queue", "list:jobs"]);
    expect(await sample(exporter, "task_queue_read_error_total", { queue: "jobs", reason: "refused" })).toBeGreaterThan(
      0,
    );
    const page = parsePage(await exporter.page());
    expect(page.value("task_broker_up", { broker: "default" })).toBe(0);
    expect(page.series("task_queue_length")).toEqual([]);
    const late = await startRedis({ port });
    onTestFinished(() => late.stop());
    await waitUntil(async () => parsePage(await exporter.page()).value("task_queue_length", { queue: "jobs" }) === 0, {
      what: "the queue to be read",
    });
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "%s ends it within two seconds, also when Redis is frozen",
    async (signal) => {
      const frozen = await startRedis();
      onTestFinished(() => frozen.stop());
      const file = tempFiles().write("url", frozen.url);
      const args = ["--redis-url-file", file, "--queue", "list:jobs", "--celery-events"];
      const exporter = await serveExporter(args, { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" });
      await sample(exporter, "task_queue_read_timestamp_seconds", { queue: "jobs" });
      frozen.freeze();
      const from = performance.now();
      exporter.process.kill(signal);
      expect(await exporter.process.exited).toEqual({ code: 0, signal: null });
      // Two seconds on a machine that has time for it; what waited for the server or the receiver would take seven or never end.
      expect(performance.now() - from).toBeLessThan(5000);
      frozen.resume();
    },
  );

  it("hides the arguments from the list of processes, and a password from everything it says", async () => {
    const secret = "s3cr3t-in-arguments";
    const guarded = await startRedis({ password: secret });
    onTestFinished(() => guarded.stop());
    const exporter = await serveExporter(["--redis", guarded.url, "--queue", "list:jobs", "--celery-events"]);
    await sample(exporter, "task_queue_read_timestamp_seconds", { queue: "jobs" });
    const { pid } = exporter.process;
    expect(readFileSync(`/proc/${pid}/cmdline`, "utf8")).not.toContain(secret);
    const wrong = await serveExporter([
      "--redis",
      guarded.url.replace(secret, `${secret}-wrong`),
      "--queue",
      "list:jobs",
    ]);
    await sample(wrong, "task_queue_read_error_total", { queue: "jobs", reason: "auth" });
    for (const one of [exporter, wrong]) {
      const page = await one.page();
      one.process.kill("SIGTERM");
      await one.process.exited;
      expect(one.process.output()).toMatch(/level=warn msg="--redis: a password among the arguments can be read/);
      expect(one.process.output().match(/a password among the arguments/g)).toHaveLength(1);
      expect(`${page}${one.process.output()}`).not.toContain(secret);
    }
  });
});

describe("what it cannot do", () => {
  it("a mistake ends with exit code 2 and what to do", async () => {
    const { exitCode, stderr, stdout } = await runExporter(["--redis", "redis://h", "--queus", "x"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
    expect(stderr).toBe(
      "error: unknown option '--queus'\n(Did you mean --queue?)\nRun taskvitals-exporter --help for all options.\n",
    );
  });

  it("a port that is taken ends with exit code 1", async () => {
    const address = `127.0.0.1:${redis.port}`;
    const { exitCode, stderr } = await runExporter(["--redis", redis.url, "--web.listen-address", address]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      `taskvitals-exporter: --web.listen-address (or TASKVITALS_WEB_LISTEN_ADDRESS, such as :10465): port ${redis.port} is taken by another process. ` +
        "Choose another port, or 0 for any free one.\n",
    );
  });
});
