import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Queue } from "bullmq";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CodeBlock, codeBlocks } from "./documentation/code-blocks.ts";
import { projectFolder, readPage } from "./documentation/pages.ts";
import { shellCommands } from "./documentation/shell-lines.ts";
import {
  freePort,
  type RedisServer,
  type RunningProcess,
  startProcess,
  startRedis,
  type TempDirectory,
  tempDirectory,
} from "./services/index.ts";

const page = readPage("README.md");
const running: RunningProcess[] = [];
let redis: RedisServer;
let directory: TempDirectory;

beforeAll(async () => {
  redis = await startRedis();
  directory = tempDirectory("first-minutes");
  mkdirSync(join(directory.path, "app"));
  symlinkSync(`${projectFolder}node_modules`, join(directory.path, "app/node_modules"));
});

afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await redis.stop();
  directory.remove();
});

/** The blocks below a heading of the README. */
function blocksOf(heading: string): readonly CodeBlock[] {
  const section = page.text.split(/^#+ /m).find((part) => part.startsWith(heading)) ?? "";
  return codeBlocks({ path: page.path, text: section });
}

/** What a browser and a scraper get from the address that the README names below that heading, on another port. */
async function opened(heading: string, port: number): Promise<{ readonly page: string; readonly metrics: string }> {
  const named = page.text.split(`${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const address = /`http:\/\/localhost:(\d+)\/`/.exec(named)?.[1];
  expect(address).toBeDefined();
  const look = await fetch(`http://localhost:${port}/`);
  expect(look.headers.get("content-type")).toContain("text/html");
  const metrics = await fetch(`http://localhost:${port}/metrics`);
  return { page: await look.text(), metrics: await metrics.text() };
}

async function start(args: readonly string[], env: Readonly<Record<string, string>>, port: number): Promise<void> {
  const readyWhen = async (): Promise<boolean> => (await fetch(`http://localhost:${port}/healthz`)).ok;
  const cwd = join(directory.path, "app");
  running.push(await startProcess({ command: process.execPath, args, cwd, env, readyWhen }));
}

it("the README's lines for a Node.js application open a page with its own tasks and queue", async () => {
  const port = await freePort();
  const lines = blocksOf("A Node.js application").find(({ language }) => language === "ts")?.text ?? "";
  const own =
    'async function trainLora(dataset) {\n  return dataset.length;\n}\nsetInterval(() => train("corpus"), 20);\n';
  writeFileSync(join(directory.path, "app/app.mjs"), `${lines.replace("redis://localhost:6379", redis.url)}${own}`);
  await start(["app.mjs"], { OTEL_EXPORTER_PROMETHEUS_PORT: String(port) }, port);
  const { metrics, page: html } = await opened("### A Node.js application", port);
  expect(html).toMatch(/<!doctype html>/i);
  expect(metrics).toMatch(/^task_success_total\{queue="train",task="train_lora"\} \d+$/m);
  expect(metrics).toMatch(/^task_queue_length\{queue="train"\} 0$/m);
});

it("the README's command for BullMQ finds the queues and the workers of an application that knows nothing of it", async () => {
  const port = await freePort();
  const [, command] = shellCommands(blocksOf("BullMQ, without a change")[0]?.text ?? "");
  const [, queues = ""] = /TASKVITALS_QUEUES='([^']+)'/.exec(blocksOf("BullMQ, without a change")[0]?.text ?? "") ?? [];
  const connection = { host: "127.0.0.1", port: Number(new URL(redis.url).port), maxRetriesPerRequest: null };
  const emails = new Queue("emails", { connection });
  await emails.add("welcome", {});
  await emails.close();
  const source = `import { Worker } from "bullmq";\nnew Worker("emails", async () => {}, { connection: ${JSON.stringify(connection)} });\n`;
  writeFileSync(join(directory.path, "app/worker.mjs"), source);
  const args = (command?.args ?? []).map((arg) => (arg === "worker.js" ? "worker.mjs" : arg));
  const env = { REDIS_URL: redis.url, TASKVITALS_QUEUES: queues, OTEL_EXPORTER_PROMETHEUS_PORT: String(port) };
  await start(args, env, port);
  await expect
    .poll(async () => (await opened("### A Node.js application", port)).metrics)
    .toMatch(/^task_success_total\{queue="emails",task="welcome"\} 1$/m);
  await expect
    .poll(async () => (await opened("### A Node.js application", port)).metrics)
    .toMatch(/^task_queue_length\{queue="emails"\} 0$/m);
});

it("the README's command for Celery opens the same page, and says what is not there", async () => {
  const port = await freePort();
  const [command] = shellCommands(blocksOf("Celery, RQ, Sidekiq")[0]?.text ?? "");
  const args = (command?.args ?? []).slice(1).map((arg) => arg.replace("redis://localhost:6379", redis.url));
  const listen = ["--web.listen-address", `127.0.0.1:${port}`];
  await start([`${projectFolder}packages/exporter/dist/main.js`, ...args, ...listen], {}, port);
  const { metrics, page: html } = await opened("### Celery, RQ, Sidekiq and others", port);
  expect(html).toMatch(/<!doctype html>/i);
  expect(metrics).toMatch(/^task_broker_up\{broker="default"\} 1$/m);
});
