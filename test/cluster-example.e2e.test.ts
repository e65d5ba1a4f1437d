import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { type MetricsPage, parseMetricsPage } from "./metrics-page.ts";
import { type RunningProcess, startProcess, waitUntil } from "./services/index.ts";

const MAIN = fileURLToPath(new URL("../examples/cluster/main.ts", import.meta.url));
const TASK = { task: "classify_mail", queue: "http" };
/** Past the mails that there are: every twelfth is missing, and 500 of the others cannot be decoded. */
const NUMBERS = 6_600;
const POLL = { timeout: 60_000, interval: 100 };

/** What was answered, and by whom. */
class Answers {
  ok = 0;
  failed = 0;
  /** Requests without an answer. */
  lost = 0;
  readonly workers = new Set<number>();
  readonly errors: Record<string, number> = {};
}

/** Asks for so many mails, a few at a time, each over a connection of its own. */
async function hammer(url: string, answers: Answers, requests: number): Promise<void> {
  let next = 0;
  const ask = async (): Promise<void> => {
    while (next < requests) {
      const number = (next * 7919) % NUMBERS;
      next += 1;
      const response = await fetch(`${url}/mails/${number}`, { headers: { connection: "close" } }).catch(
        () => undefined,
      );
      const content = (await response?.json().catch(() => undefined)) as { worker: number; error?: string } | undefined;
      if (content === undefined) {
        answers.lost += 1;
        continue;
      }
      answers.workers.add(content.worker);
      if (content.error === undefined) answers.ok += 1;
      else {
        answers.failed += 1;
        answers.errors[content.error] = (answers.errors[content.error] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: 8 }, ask));
}

const workersOf = (example: RunningProcess): number[] =>
  [...example.output().matchAll(/^Worker (\d+) answers/gm)].map(([, pid]) => Number(pid));

it("the cluster example: four processes on one port show what they have answered, all the same, while workers come and go", async () => {
  const example = await startProcess({
    command: process.execPath,
    args: [MAIN],
    env: { PORT: "0" },
    readyWhen: /^Every worker answers/m,
    timeoutMs: 120_000,
  });
  onTestFinished(async () => void (await example.stop()));
  const url = /answers at (http:\S+)$/m.exec(example.output())?.[1] ?? expect.fail("no address");
  expect(workersOf(example)).toHaveLength(4);

  let shown = 0;
  /** The page, from whichever worker answers; `undefined` while the totals are not known. It never shows less than before. */
  const page = async (): Promise<MetricsPage | undefined> => {
    const response = await fetch(`${url}/metrics/shared`, { headers: { connection: "close" } }).catch(() => undefined);
    if (response?.status !== 200) return undefined;
    const answered = parseMetricsPage(await response.text());
    const total = answered.value("task_duration_seconds_count", TASK) ?? 0;
    expect(total).toBeGreaterThanOrEqual(shown);
    shown = total;
    return answered;
  };
  const totals = async (): Promise<unknown> => {
    const answered = await page();
    return (
      answered && {
        ok: answered.value("task_success_total", TASK),
        failed: answered.value("task_failure_total", TASK),
        timed: answered.value("task_duration_seconds_count", TASK),
      }
    );
  };
  const answers = new Answers();
  const expectTruth = async (): Promise<void> => {
    const { ok, failed } = answers;
    const truth = { ok, failed, timed: ok + failed };
    await expect.poll(totals, POLL).toEqual(truth);
    // Whichever answers: it may be another one each time.
    for (let scrape = 0; scrape < 12; scrape++) await expect.poll(totals, POLL).toEqual(truth);
  };
  const replaced = async (pid: number | undefined, count: number): Promise<void> => {
    await waitUntil(() => new RegExp(`^Worker ${pid} ended`, "m").test(example.output()), {
      what: "the worker to end",
    });
    await waitUntil(() => workersOf(example).length === count, { what: "its successor", timeoutMs: 60_000 });
  };

  await hammer(url, answers, 600);
  expect(answers).toMatchObject({ lost: 0, errors: { UndecodableMailError: expect.any(Number) } });
  expect(answers.workers.size).toBe(4);
  await expectTruth();
  await expect.poll(async () => (await page())?.value("taskvitals_processes"), POLL).toBe(5);

  // Killed: what it had written stays, and it counts no longer as alive.
  const [killed, ended] = workersOf(example) as [number, number];
  process.kill(killed, "SIGKILL");
  await replaced(killed, 5);
  await expectTruth();
  await hammer(url, answers, 300);
  expect(answers.lost).toBe(0);
  await expectTruth();
  await expect.poll(async () => (await page())?.value("taskvitals_processes"), POLL).toBe(5);

  // Ended in order, in the middle of the work: nothing is missing at all.
  const hammered = hammer(url, answers, 600);
  process.kill(ended, "SIGTERM");
  await hammered;
  await replaced(ended, 6);
  expect(answers.lost).toBe(0);
  await expectTruth();

  // The group is told, as by a terminal: the primary and every worker at once.
  example.kill("SIGINT");
  expect(await example.exited).toEqual({ code: 0, signal: null });
  expect(example.output()).toMatch(/Stopped\.\n$/);
});

it("the cluster example ends when its port is taken, instead of trying for ever", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await waitUntil(() => taken.listening, { what: "a port" });
  const example = await startProcess({
    command: process.execPath,
    args: [MAIN],
    env: { PORT: String((taken.address() as { port: number }).port), WORKERS: "1" },
  });
  expect(await example.exited).toEqual({ code: 1, signal: null });
  expect(example.output()).toContain("EADDRINUSE");
});
