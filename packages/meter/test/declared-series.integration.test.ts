import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createMeterProvider } from "../src/index.ts";

const provider = createMeterProvider();
const exposition = provider.createExposition({ targetInfo: { "service.name": "declared" } });
let folder: string;
let target: Server;
let prometheus: ChildProcess;
let api: string;
let scrapes = 0;

async function freePort(): Promise<number> {
  const server = createNetServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function until<T>(what: string, attempt: () => Promise<T | undefined>, timeoutMs = 30_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  while (performance.now() < end) {
    const result = await attempt().catch(() => undefined);
    if (result !== undefined) return result;
    await delay(50);
  }
  throw new Error(`${what} did not happen within ${timeoutMs} ms`);
}

async function query(expression: string): Promise<number | undefined> {
  const response = await fetch(`${api}/query?query=${encodeURIComponent(expression)}`);
  const body = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  const [first] = body.data.result;
  return first === undefined ? undefined : Number(first.value[1]);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "taskvitals-meter-"));
  target = createServer(async (_, response) => {
    const { chunks } = await exposition.render();
    response.setHeader("content-type", "text/plain; version=0.0.4; charset=utf-8");
    for (const chunk of chunks) response.write(chunk);
    response.end();
    scrapes++;
  }).listen(0, "127.0.0.1");
  await once(target, "listening");
  const { port } = target.address() as AddressInfo;
  const config = join(folder, "prometheus.yml");
  await writeFile(
    config,
    `global: { scrape_interval: 1s }
scrape_configs: [{ job_name: t, static_configs: [{ targets: ["127.0.0.1:${port}"] }] }]
`,
  );
  const listen = `127.0.0.1:${await freePort()}`;
  const options = [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, "data")}`];
  prometheus = spawn("prometheus", [...options, `--web.listen-address=${listen}`], { stdio: "ignore" });
  api = `http://${listen}/api/v1`;
});

afterEach(async () => {
  prometheus.kill("SIGKILL");
  await once(prometheus, "exit");
  target.closeAllConnections();
  target.close();
  await rm(folder, { recursive: true });
});

test("a real Prometheus sees the first failure and the first long job of a fresh process", async () => {
  const meter = provider.getMeter("declared");
  const options = { description: "Run time", advice: { explicitBucketBoundaries: [60, 3600] } };
  const labels = { task: 'train "lora" \\ é', queue: "gpu" };
  const failure = meter.createCounter("task_failure_total", { description: "Failures" }).bind(labels);
  const duration = meter.createHistogram("task_duration_seconds", options).bind(labels);
  await until("the target to be up", async () => ((await query("up")) === 1 ? true : undefined));
  await until("the declared series", async () => ((await query("task_failure_total")) === 0 ? true : undefined));
  const before = scrapes;
  await until("two scrapes at 0", async () => (scrapes >= before + 2 ? true : undefined));
  failure.add(1);
  duration.record(7200);
  const increase = await until("the increase", () => {
    return query("increase(task_failure_total[1m]) > 0").then((value) => (value === undefined ? undefined : value));
  });
  expect(increase).toBeGreaterThan(0.9);
  const average = "rate(task_duration_seconds_sum[1m]) / rate(task_duration_seconds_count[1m]) > 0";
  expect(await until("the average", () => query(average))).toBeCloseTo(7200, 6);
  expect(await query("count(target_info)")).toBe(1);
  expect(await query('task_failure_total{task="train \\"lora\\" \\\\ é"}')).toBe(1);
});

test("promtool finds nothing wrong with a page", async () => {
  const meter = provider.getMeter("lint");
  meter
    .createCounter("lint_requests_total", { description: 'Requests \\ "served"\nso far' })
    .add(1, { "http.route": "/é" });
  meter.createHistogram("lint_wait_seconds", { description: "Wait" }).bind({ "9lead": "x", "a-b": "1", "a.b": "2" });
  meter.createObservableGauge("lint_level", { description: "Level" }).addCallback((result) => result.observe(-1));
  const page = (await exposition.render()).text();
  const check = promisify(execFile)("promtool", ["check", "metrics"]);
  check.child.stdin?.end(page);
  expect(await check).toEqual({ stdout: "", stderr: "" });
});
