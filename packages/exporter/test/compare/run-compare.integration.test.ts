import { Queue, Worker } from "bullmq";
import { expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { parsePage } from "../../../sdk/test/metrics-page.ts";
import type { Comparison } from "../../src/compare/comparison.ts";
import { serve } from "../doctor/serve.ts";
import { runInProcess } from "../run-in-process.ts";
import { serveExporter } from "../start-exporter.ts";

/** A queue whose jobs a worker runs; BullMQ counts its ends where `counts`. */
function startQueue({ host, port }: RedisServer, name: string, counts: boolean): Queue {
  const connection = { host, port, maxRetriesPerRequest: null };
  const queue = new Queue(name, { connection });
  const metrics = counts ? { metrics: { maxDataPoints: 60 } } : {};
  const worker = new Worker(name, async () => {}, { connection, ...metrics });
  queue.on("error", () => {});
  worker.on("error", () => {});
  onTestFinished(async () => {
    await worker.close(true);
    await queue.close();
  });
  return queue;
}

it("says where BullMQ's own page and ours disagree while jobs run, and why", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const queues = [startQueue(redis, "mails", true), startQueue(redis, "images", false)];
  const [exporter, host] = await Promise.all([
    serveExporter(["--queue", "bullmq:*", "--bullmq-events"], { REDIS_URL: redis.url }),
    serve((_, response) => {
      const pages = Promise.all(queues.map((queue) => queue.exportPrometheusMetrics()));
      pages.then(
        (texts) => response.end(texts.join("\n")),
        () => response.destroy(),
      );
    }),
  ]);
  const add = (): Promise<unknown> => Promise.all(queues.map((queue) => queue.add("send", {})));
  await add();
  await expect
    .poll(async () => {
      await add();
      const page = parsePage(await exporter.page());
      return page.series("task_success_total").filter((labels) => (page.value("task_success_total", labels) ?? 0) > 0)
        .length;
    })
    .toBe(2);
  const adding = setInterval(() => void add().catch(() => {}), 100);
  onTestFinished(() => clearInterval(adding));
  const args = ["--with", `http://ann:s3cr3t@${host}/metrics`, "--metrics", exporter.url, "--for", "5s"];
  const { exitCode, stderr, stdout } = await runInProcess(["compare", ...args, "--json"]);
  clearInterval(adding);

  expect(stderr).toBe("");
  const { exporter: name, findings, notes, result, theirs } = JSON.parse(stdout) as Comparison;
  expect([name, result, exitCode]).toEqual(["BullMQ's exportPrometheusMetrics()", "differ", 3]);
  expect(theirs).toBe(`http://${host}/metrics`);
  const verdicts = findings.map(({ question, queue, verdict }) => `${question} ${queue} ${verdict}`).sort();
  expect(verdicts).toEqual([
    "active images agree",
    "active mails agree",
    "failure images agree",
    "failure mails agree",
    "ready images agree",
    "ready mails agree",
    "success images differ",
    "success mails agree",
  ]);
  expect(findings.find(({ verdict }) => verdict === "differ")).toMatchObject({ theirs: { most: 0, total: 0 } });
  expect(notes).toContain("BullMQ counts ends where its workers have the option metrics; without it, it says 0.");
});

it("says what to do where a page is none of an exporter, and where it is not there", async () => {
  const host = await serve(({ url }, response) => void response.end(url === "/metrics" ? "go_info 1\n" : "<html>"));
  const compare = (...args: readonly string[]): ReturnType<typeof runInProcess> =>
    runInProcess(["compare", "--metrics", `http://${host}/metrics`, ...args]);
  const [page, nothing] = await Promise.all([
    compare("--with", `http://ann:s3cr3t@${host}/`),
    compare("--with", `http://ann:s3cr3t@${host}/metrics`),
  ]);
  expect(page).toMatchObject({ exitCode: 1, stdout: "" });
  expect(page.stderr).toBe(
    `taskvitals-exporter: nothing was compared. http://${host}: its answer is a web page, not metrics; is the path right? Most exporters have /metrics.\n`,
  );
  expect(nothing).toMatchObject({ exitCode: 1, stdout: "" });
  expect(nothing.stderr).toContain("has no metric, or none yet, of an exporter that is known here: celery-exporter,");
});
