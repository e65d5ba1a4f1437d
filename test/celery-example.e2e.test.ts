import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { pythonOf } from "./frameworks/programs.ts";
import {
  capture,
  type PrometheusServer,
  startProcess,
  startPrometheus,
  startRedis,
  tempDirectory,
  waitUntil,
} from "./services/index.ts";

const folder = new URL("../examples/celery/", import.meta.url);
const ROUNDS = 6;
const REPORT_SECONDS = 8;

/** A line of the books that the application itself keeps, one per attempt. */
interface Attempt {
  readonly task: string;
  readonly queue: string;
  readonly outcome: "success" | "failure" | "retry";
  readonly error?: string;
  readonly at: number;
  readonly requested_at?: number;
}

it("the Celery example: the metrics equal the books of the application, and Ctrl-C ends everything", async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  const directory = tempDirectory("celery-example");
  onTestFinished(() => directory.remove());
  const ledger = join(directory.path, "ledger.jsonl");
  const example = await startProcess({
    command: process.execPath,
    args: [fileURLToPath(new URL("main.ts", folder))],
    env: {
      REDIS_URL: redis.url,
      PYTHON_ENVIRONMENT: dirname(dirname(pythonOf("python"))),
      ROUNDS: String(ROUNDS),
      REPORT_SECONDS: String(REPORT_SECONDS),
      LEDGER: ledger,
      TASKVITALS_WEB_LISTEN_ADDRESS: "127.0.0.1:0",
    },
    readyWhen: /^Metrics: +http:\S+$/m,
    timeoutMs: 60_000,
  });
  onTestFinished(async () => void (await example.stop()));
  const url = new URL(/^Metrics: +(http:\S+)$/m.exec(example.output())?.[1] ?? "");
  const { scrape_configs } = parse(readFileSync(new URL("prometheus.yml", folder), "utf8")) as {
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
  };
  expect(scrape_configs).toEqual([{ job_name: "celery", static_configs: [{ targets: ["127.0.0.1:10464"] }] }]);
  // The port of the test, else as it is shipped.
  const prometheus = await startPrometheus({
    scrapeConfigs: [{ job_name: "celery", static_configs: [{ targets: [url.host] }] }],
  });
  onTestFinished(() => prometheus.stop());

  const attempts = (): readonly Attempt[] => {
    const lines = readFileSync(ledger, "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line) as Attempt);
  };
  // Per round two of fetch_mails, five of classify_mail, three of train_slice, one of merge_slices; two that fail every third; the report.
  const ends = 11 * ROUNDS + 2 * Math.ceil(ROUNDS / 3) + 1;
  await waitUntil(() => attempts().filter(({ outcome }) => outcome !== "retry").length === ends, {
    what: `${ends} tasks to end`,
    timeoutMs: 90_000,
    intervalMs: 200,
  });
  const truth = attempts();

  for (const outcome of ["success", "failure", "retry"] as const) {
    const told = tally(truth.filter((attempt) => attempt.outcome === outcome));
    await expectSeries(prometheus, `sum by (task, queue) (task_${outcome}_total) > 0`, ["task", "queue"], told);
  }
  expect(tally(truth)).toMatchObject({ "merge_slices train": ROUNDS, "send_report mails": 1 });
  const errors = tally(
    truth.filter(({ outcome }) => outcome === "failure"),
    ({ error }) => String(error),
  );
  expect(errors).toEqual({ UndecodableMailError: 6, MailboxBusyError: 2, DivergedError: 2 });
  await expectSeries(prometheus, "sum by (error_type) (task_error_total)", ["error_type"], errors);

  const first = tally(truth.filter(({ outcome }) => outcome !== "retry"));
  await expectSeries(prometheus, "sum by (task, queue) (task_wait_seconds_count) > 0", ["task", "queue"], first);
  const report = truth.find(({ task }) => task === "send_report");
  expect((report?.at ?? 0) - (report?.requested_at ?? 0)).toBeGreaterThanOrEqual(REPORT_SECONDS);
  // What it waited on purpose is no wait.
  const [reportWait] = await prometheus.query('sum(task_wait_seconds_sum{task="send_report"})');
  expect(reportWait?.value).toBeLessThan(REPORT_SECONDS);

  // Nobody takes from this queue, and its tasks lie in a list per priority: 2 + 1 + 2 + 1, and two more.
  expect(await client.llen("night")).toBe(2);
  await expectSeries(prometheus, "task_queue_length", ["queue"], { mails: 0, train: 0, night: 8 });
  await expectSeries(prometheus, "task_workers", ["queue"], { mails: 1, train: 1 });
  await expectSeries(prometheus, "task_concurrency", ["queue"], { mails: 2, train: 2 });
  await expectSeries(prometheus, "task_active", ["queue"], { mails: 0, train: 0 });
  expect(await prometheus.query("task_events_missed_total")).toMatchObject([{ value: 0 }]);
  await waitUntil(() => /fetch_mails +12 +2 +16\n/.test(example.output()), { what: "the table of totals" });

  example.kill("SIGINT");
  expect(await example.exited).toEqual({ code: 0, signal: null });
  expect(example.output()).toMatch(/Stopped\.\n$/);
  // Whoever was left would still be connected.
  await waitUntil(
    async () =>
      String(await client.client("LIST"))
        .trim()
        .split("\n").length === 1,
    {
      what: "every process to be gone",
    },
  );
}, 200_000);

it("the Celery example installs what the tests run", () => {
  const pins = (path: URL): readonly string[] =>
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line.includes("=="));
  const tested = pins(new URL("frameworks/python/requirements.txt", import.meta.url));
  expect(tested).toEqual(expect.arrayContaining([...pins(new URL("requirements.txt", folder))]));
});

it("the Celery example's compose file is one that docker-compose accepts", async () => {
  const file = fileURLToPath(new URL("docker-compose.yml", folder));
  const { exitCode, stderr } = await capture("docker-compose", ["--file", file, "config", "--quiet"]);
  expect(exitCode, stderr).toBe(0);
});

function tally(
  attempts: readonly Attempt[],
  by = ({ task, queue }: Attempt): string => `${task} ${queue}`,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const attempt of attempts) counts[by(attempt)] = (counts[by(attempt)] ?? 0) + 1;
  return counts;
}

/** Waits until Prometheus answers exactly this, by the values of these labels. */
async function expectSeries(
  prometheus: PrometheusServer,
  expr: string,
  labels: readonly string[],
  expected: Record<string, number>,
): Promise<void> {
  const answer = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await prometheus.query(expr)).map(({ metric, value }) => [
        labels.map((label) => metric[label]).join(" "),
        value,
      ]),
    );
  await expect.poll(answer, { timeout: 20_000, interval: 200 }).toEqual(expected);
}
