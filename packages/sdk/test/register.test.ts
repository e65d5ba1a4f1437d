import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { freePort, startOtlpReceiver } from "../../../test/services/index.ts";
import { type ChildLines, linesOf, startChild } from "./child/start-child.ts";
import { type MetricsPage, parsePage } from "./metrics-page.ts";

/** A port that is taken for as long as the test runs. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** The page that the child scraped, between its start and its last line. */
function pageOf({ said }: ChildLines): MetricsPage {
  expect(said.at(-1)).toBe("done");
  return parsePage(said.slice(0, -1).join("\n"));
}

test("an application that knows nothing of it works and ends as before, without a word", async () => {
  const child = await startChild("unaware-app.ts", { register: true });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(linesOf(child)).toEqual({ said: ["working"], warned: [] });
});

test("an application that imports it gets the vital signs that run", async () => {
  const child = await startChild("registered-app.ts", { register: true, env: { TEST_TASKS: "3" } });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  const page = pageOf(linesOf(child));
  expect(page.value("task_success_total", { task: "train", queue: "gpu" })).toBe(3);
  expect(page.series("system_memory_usage_gigabytes")).toEqual([{ pid: String(child.pid) }]);
});

test("the import alone is enough, without --import", async () => {
  const child = await startChild("registered-app.ts", { env: { TEST_TASKS: "1" } });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(pageOf(linesOf(child)).value("task_success_total", { task: "train", queue: "gpu" })).toBe(1);
});

test("what was counted is pushed before the process ends", async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const env = { TEST_TASKS: "3", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.origin, OTEL_SERVICE_NAME: "trainer" };
  const child = await startChild("registered-app.ts", { register: true, env });
  await child.exited;
  expect(receiver.last("task_success_total", { task: "train", queue: "gpu" })?.value).toBe(3);
  expect(receiver.exports.at(-1)?.resource).toMatchObject({ "service.name": "trainer" });
});

test("a taken port is one warning, and everything but the port works", async () => {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const port = await takenPort();
  const child = await startChild("registered-app.ts", {
    register: true,
    env: {
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.origin,
      TEST_TASKS: "2",
    },
  });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(linesOf(child).said).toEqual(["no endpoint", "done"]);
  expect(linesOf(child).warned).toEqual([
    `no metrics endpoint in this process: port ${port} on 127.0.0.1 is taken. Give each process a port of its own ` +
      "(endpoint.port, or OTEL_EXPORTER_PROMETHEUS_PORT where no code is written; 0 takes any free one), or mount nodeHandler or fetchHandler.",
  ]);
  expect(receiver.last("task_success_total", { task: "train", queue: "gpu" })?.value).toBe(2);
});

test.each([
  ["OTEL_EXPORTER_PROMETHEUS_PORT", "http", /^OTEL_EXPORTER_PROMETHEUS_PORT: got "http"; expected a whole number/],
  ["OTEL_METRICS_EXPORTER", "console", /^OTEL_METRICS_EXPORTER: got "console"; expected /],
  ["REDIS_URL", "redis//:hunter2@redis", /^REDIS_URL: expected redis:\/\//],
  ["TASKVITALS_QUEUES", "list:jobs", /^TASKVITALS_QUEUES\[0\]: queue "jobs" is on the broker "default"; expected/],
  ["TASKVITALS_QUEUES", "jobs", /^TASKVITALS_QUEUES\[0\]: got "jobs"; expected "<layout>:<name>"/],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "collector:hunter2", /^OTEL_EXPORTER_OTLP_ENDPOINT: expected an http or https URL/],
  [
    "OTEL_EXPORTER_PROMETHEUS_HOST",
    "203.0.113.1",
    /^endpoint\.host: got "203\.0\.113\.1"; expected an address of this machine/,
  ],
])("%s=%s is one warning, and the application runs without vital signs", async (name, value, warning) => {
  const child = await startChild("registered-app.ts", {
    register: true,
    env: { TASKVITALS_QUEUES: name === "REDIS_URL" ? "list:jobs" : "", [name]: value },
  });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  const { said, warned } = linesOf(child);
  expect(said).toEqual(["no vitals", "done"]);
  expect(warned).toHaveLength(1);
  const [, reason] = /^taskvitals is not running\. (.*)$/.exec(warned[0] ?? "") ?? [];
  expect(reason).toMatch(warning);
  expect(child.output()).not.toContain("hunter2");
});

test("a missing Redis is one warning, whatever the number of its queues", async () => {
  const child = await startChild("registered-app.ts", {
    register: true,
    env: { REDIS_URL: `redis://:hunter2@127.0.0.1:${await freePort()}`, TASKVITALS_QUEUES: "list:a,list:b" },
  });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  const lines = linesOf(child);
  expect(lines.warned).toEqual([
    'the queues of broker "default" cannot be read: refused (no connection to the server: ECONNREFUSED). No samples until that changes.',
  ]);
  const page = pageOf(lines);
  expect(page.series("task_queue_length")).toEqual([]);
  for (const queue of ["a", "b"])
    expect(page.value("task_queue_read_error_total", { queue, reason: "refused" })).toBe(1);
  expect(child.output()).not.toContain("hunter2");
});

test("a dead Collector is one warning", async () => {
  const child = await startChild("registered-app.ts", {
    register: true,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://user:hunter2@127.0.0.1:${await freePort()}` },
  });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(linesOf(child).warned).toHaveLength(1);
  expect(child.output()).not.toContain("hunter2");
});

test("OTEL_SDK_DISABLED=true is silent: nothing listens, nothing is counted", async () => {
  const env = { OTEL_SDK_DISABLED: "true", TEST_TASKS: "1" };
  const child = await startChild("registered-app.ts", { register: true, env });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(linesOf(child)).toEqual({ said: ["no endpoint", "done"], warned: [] });
});

test("OTEL_METRICS_EXPORTER=none opens no port", async () => {
  const child = await startChild("registered-app.ts", { register: true, env: { OTEL_METRICS_EXPORTER: "none" } });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(linesOf(child)).toEqual({ said: ["no endpoint", "done"], warned: [] });
});
