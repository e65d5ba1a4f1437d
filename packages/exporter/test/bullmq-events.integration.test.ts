import { type Job, Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis, waitUntil } from "../../../test/services/index.ts";
import { parsePage } from "../../sdk/test/metrics-page.ts";
import type { CheckReport } from "../src/check/check-report.ts";
import { runExporter, type ServingExporter, serveExporter } from "./start-exporter.ts";
import { tempFiles } from "./temp-files.ts";

type Page = ReturnType<typeof parsePage>;

async function startServer(): Promise<RedisServer> {
  const redis = await startRedis({ password: "s3cr3t" });
  onTestFinished(() => redis.stop());
  return redis;
}

const connectionTo = ({ host, port, password = "" }: RedisServer): object => ({
  ...{ host, port, password, maxRetriesPerRequest: null },
});

function openQueue(redis: RedisServer, name: string, prefix = "bull"): Queue {
  const queue = new Queue(name, { connection: connectionTo(redis), prefix });
  queue.on("error", () => {});
  onTestFinished(() => queue.close());
  return queue;
}

function startWorker(redis: RedisServer, name: string, prefix = "bull"): void {
  const work = async (job: Job): Promise<void> => {
    if (job.name === "fail") throw new TypeError("no");
  };
  const worker = new Worker(name, work, { connection: connectionTo(redis), prefix, concurrency: 5 });
  worker.on("error", () => {});
  onTestFinished(() => worker.close(true));
}

/** The page, once it is as expected. */
function pageWhen(exporter: ServingExporter, what: string, isIt: (page: Page) => boolean): Promise<Page> {
  return waitUntil(
    async () => {
      const page = parsePage(await exporter.page());
      return isIt(page) && page;
    },
    { what, timeoutMs: 45_000 },
  );
}

/** Resolves once the streams are read: what happens from now on is counted. */
async function isReading(exporter: ServingExporter, queue: Queue, label: string): Promise<void> {
  await waitUntil(
    async () => {
      await queue.add("probe", {}, { delay: 600_000 });
      return parsePage(await exporter.page())
        .series("task_success_total")
        .some((labels) => labels.queue === label);
    },
    { what: "the events to be read", timeoutMs: 30_000, intervalMs: 250 },
  );
}

it("counts the jobs of unchanged workers, their queue under the label that the queue has", async () => {
  const redis = await startServer();
  const files = tempFiles();
  const config = files.write(
    "exporter.yaml",
    "queues: [{ layout: bullmq, name: mails, prefix: acme, label: acme-mails }]\nbullmqEvents: true",
  );
  const exporter = await serveExporter(["--config", config, "--redis-url-file", files.write("url", redis.url)]);
  const queue = openQueue(redis, "mails", "acme");
  await isReading(exporter, queue, "acme-mails");
  startWorker(redis, "mails", "acme");
  await queue.addBulk(["send", "send", "fail"].map((name) => ({ name, data: {}, opts: { attempts: 2 } })));
  const labels = { queue: "acme-mails" };
  const page = await pageWhen(exporter, "the jobs to be counted", (now) => {
    const [sent, failed] = [
      now.value("task_success_total", { task: "send", ...labels }),
      now.value("task_failure_total", { task: "fail", ...labels }),
    ];
    return sent === 2 && failed === 1;
  });
  expect(page.value("task_retry_total", { task: "fail", ...labels })).toBe(1);
  expect(page.value("task_error_total", { task: "fail", ...labels, error_type: "_OTHER" })).toBe(1);
  expect(page.value("task_duration_seconds_count", { task: "send", ...labels })).toBe(2);
  expect(page.value("task_wait_seconds_count", { task: "send", ...labels })).toBe(2);
  expect(page.value("task_success_total", { task: "probe", ...labels })).toBe(0);
  expect(page.value("task_active", labels)).toBe(0);
  expect(page.value("task_events_missed_total", { broker: "default" })).toBe(0);
  const { series } = page;
  expect(series("task_events_timestamp_seconds").map(({ broker }) => broker)).toEqual(["default"]);
  expect(exporter.process.output()).not.toContain("s3cr3t");
});

it("counts the jobs of queues that are found", async () => {
  const redis = await startServer();
  const queue = openQueue(redis, "found");
  await queue.add("earlier", {});
  const exporter = await serveExporter(["--queue", "bullmq:*", "--bullmq-events"], { REDIS_URL: redis.url });
  await isReading(exporter, queue, "found");
  startWorker(redis, "found");
  await queue.addBulk(["send", "send", "fail"].map((name) => ({ name, data: {} })));
  const labels = { queue: "found" };
  const ended = (now: Page): readonly (number | undefined)[] => [
    now.value("task_success_total", { task: "earlier", ...labels }),
    now.value("task_success_total", { task: "send", ...labels }),
    now.value("task_failure_total", { task: "fail", ...labels }),
  ];
  const page = await pageWhen(exporter, "the jobs to be counted", (now) => ended(now).join() === "1,2,1");
  expect(page.value("task_events_missed_total", { broker: "default" })).toBe(0);
});

it("goes on in another replica where the one that was killed had kept its totals: nothing is lost and nothing counts twice", {
  timeout: 150_000,
}, async () => {
  const redis = await startServer();
  const args = ["--queue", "bullmq:mails", "--bullmq-events", "--lease", "prod"];
  const serve = (): Promise<ServingExporter> => serveExporter(args, { REDIS_URL: redis.url });
  const first = await serve();
  const queue = openQueue(redis, "mails");
  await isReading(first, queue, "mails");
  startWorker(redis, "mails");
  const names = Array.from({ length: 300 }, (_, index) => (index % 3 === 0 ? "fail" : "send"));
  const labels = { queue: "mails" };
  const add = (): Promise<unknown> => queue.addBulk(names.map((name) => ({ name, data: {} })));
  await add();
  const sent = (now: Page): number => now.value("task_success_total", { task: "send", ...labels }) ?? 0;
  await pageWhen(first, "some to be counted", (now) => sent(now) > 0);
  const second = await serve();
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  const kept = async (): Promise<boolean | undefined> =>
    (await client.get("taskvitals:{prod}:lease:totals"))?.includes("bull:mails:events");
  await waitUntil(kept, { what: "where the stream is to be kept" });
  first.process.kill("SIGKILL");
  await first.process.exited;
  await add();
  await pageWhen(second, "all to be counted", (now) => sent(now) >= 400);
  const failed = (now: Page): number | undefined => now.value("task_failure_total", { task: "fail", ...labels });
  const page = await pageWhen(second, "the failures to be counted", (now) => failed(now) === 200);
  expect(sent(page)).toBe(400);
  expect(page.value("task_events_missed_total", { broker: "default" })).toBe(0);
});

it("check says what is counted, and which streams are not there", async () => {
  const redis = await startServer();
  await openQueue(redis, "mails").add("send", {});
  const check = async (...args: string[]): Promise<CheckReport & { exitCode: number | null }> => {
    const { exitCode, stdout } = await runExporter(["check", ...args], { REDIS_URL: redis.url });
    return { ...(JSON.parse(stdout) as CheckReport), exitCode };
  };
  const good = await check("--queue", "bullmq:*", "--bullmq-events");
  expect(good.bullmqEvents).toEqual([
    { broker: "default", streams: [{ queue: "mails", key: "bull:mails:events", entries: 2 }], problems: [] },
  ]);
  expect(good).toMatchObject({ result: "ok", exitCode: 0 });
  expect(good.series.most).toBe(good.series.now + 2000 * good.series.perTask + 10_000 * good.series.perDiscoveredQueue);
  const bad = await check("--queue", "bullmq:absent", "--bullmq-events");
  expect(bad.exitCode).toBe(3);
  expect(bad.bullmqEvents[0]?.problems).toEqual([
    {
      reason: "no_events",
      detail: "queue absent: the stream bull:absent:events does not exist",
      remedy: expect.stringContaining("Check the name, the prefix"),
    },
  ]);
});
