import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { type BackgroundProcess, starter, written } from "./background-process.ts";
import { makePythonEnvironment } from "./python-environment.ts";
import { readSettings } from "./settings.ts";
import { readTotals } from "./totals.ts";

const settings = readSettings(process.env);
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

mkdirSync(settings.folder, { recursive: true });
const python =
  settings.pythonEnvironment === undefined
    ? makePythonEnvironment(settings.folder)
    : join(settings.pythonEnvironment, "bin", "python");
const start = starter(settings.folder);
const running: BackgroundProcess[] = [];
/** Starts a program that is ended with the others, the last one first. */
function run(...options: Parameters<typeof start>): BackgroundProcess {
  const program = start(...options);
  running.unshift(program);
  return program;
}

try {
  await runPlatform();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  for (const program of running) await program.stop();
}
console.log("Stopped.");

async function runPlatform(): Promise<void> {
  const redisUrl = settings.redisUrl ?? (await startRedis());
  const env = { REDIS_URL: redisUrl, PYTHONDONTWRITEBYTECODE: "1", PYTHONUNBUFFERED: "1" };
  // The exporter comes first: Celery's events are gone when nobody listens.
  const exporterMain = join(dirname(createRequire(import.meta.url).resolve("@taskvitals/exporter")), "main.js");
  const exporter = run("exporter", {
    command: process.execPath,
    args: [exporterMain, "--config", "exporter.yaml"],
    env,
  });
  const [, url = ""] = await written(exporter, /msg"?[=:]"?serving.*?url"?[=:]"?(http:[^\s"]+)/);
  for (const queue of ["mails", "train"]) {
    const args = ["-m", "celery", "-A", "spam_filter", "worker", "--queues", queue, "--concurrency", "2"];
    run(`worker-${queue}`, {
      command: python,
      args: [...args, "--hostname", `${queue}@%h`, "--loglevel", "WARNING"],
      env,
    });
  }
  const rounds = ["--rounds", String(settings.rounds), "--report-in", String(settings.reportSeconds)];
  const producer = run("producer", { command: python, args: ["-m", "spam_filter.produce", ...rounds], env });
  console.log(`Redis:    ${settings.redisUrl === undefined ? redisUrl : "yours"}
Look:     ${new URL("/", url).href}
Metrics:  ${url}
Logs:     ${settings.folder}
Try:      curl -s ${url} | grep ^task_
Ctrl-C ends everything.
`);
  void producer.ended.then(() => {
    if (!stop.signal.aborted) console.log("Everything is sent. The metrics stay up; Ctrl-C ends.");
  });
  const timer = setInterval(() => {
    readTotals(url).then(console.log, (error: Error) => console.error(`The page cannot be read: ${error.message}`));
  }, 5000);
  if (!stop.signal.aborted) await once(stop.signal, "abort");
  clearInterval(timer);
}

/** A Redis without persistence, on a port that was free a moment ago. */
async function startRedis(): Promise<string> {
  const port = await freePort();
  const redis = run("redis", {
    command: "redis-server",
    args: ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--dir", settings.folder],
  });
  await written(redis, /Ready to accept connections/);
  return `redis://127.0.0.1:${port}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
