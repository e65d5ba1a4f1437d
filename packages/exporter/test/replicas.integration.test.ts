import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { startCeleryPlatform } from "../../../test/frameworks/celery/celery-platform.ts";
import { startRedis, waitUntil } from "../../../test/services/index.ts";
import { type MetricsPage, parsePage } from "../../sdk/test/metrics-page.ts";
import { startInterruptedRun } from "./interrupted-run.ts";
import { runExporter, type ServingExporter, serveExporter } from "./start-exporter.ts";

const ALL = { task: "_ALL", queue: "_ALL" };
const work = { task: "work", queue: "gpu" };

it("two replicas never show more than the truth, whatever becomes of the one that counts", {
  timeout: 180_000,
}, async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const platform = await startCeleryPlatform(redis, { sentEvents: true });
  onTestFinished(() => platform[Symbol.asyncDispose]());
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  await client.set("done", 5);
  const args = ["--redis", redis.url, "--celery-events", "--lease", "prod"];
  const replica = (): Promise<ServingExporter> =>
    serveExporter([...args, "--queue", "celery:gpu", "--queue", "counter:done=task_success_total"]);

  const pages = async (...replicas: ServingExporter[]): Promise<MetricsPage[]> =>
    Promise.all(replicas.map(async (one) => parsePage(await one.page())));
  const sum = (found: readonly MetricsPage[], labels: Readonly<Record<string, string>>): number =>
    found.reduce((total, page) => total + (page.value("task_success_total", labels) ?? 0), 0);
  let sent = 0;
  const send = async (count: number): Promise<void> => {
    sent += count;
    await platform.send(Array.from({ length: count }, () => ({ task: "work", options: { queue: "gpu" } })));
  };
  /** Waits for the sum over the replicas, which must never be above the truth on the way there. */
  const reach = (total: number, ...replicas: ServingExporter[]): Promise<MetricsPage[]> =>
    waitUntil(
      async () => {
        const found = await pages(...replicas);
        expect(sum(found, work)).toBeLessThanOrEqual(sent);
        expect(sum(found, ALL)).toBeLessThanOrEqual(5);
        for (const page of found) expect(page.series("task_queue_length")).toEqual([{ queue: "gpu" }]);
        return sum(found, work) === total && sum(found, ALL) === 5 && found;
      },
      { what: `a sum of ${total}`, timeoutMs: 40_000, intervalMs: 100 },
    );

  const first = await replica();
  await platform.start("one", { queues: "gpu", pool: "solo" });
  const listening = async (one: ServingExporter): Promise<boolean> =>
    (await pages(one)).some((page) => page.series("task_events_timestamp_seconds").length === 1);
  await waitUntil(() => listening(first), { what: "the first event", timeoutMs: 40_000 });
  const second = await replica();
  await send(4);
  const [ofFirst, ofSecond] = await reach(4, first, second);
  expect([sum([ofFirst as MetricsPage], work), sum([ofSecond as MetricsPage], work)]).toEqual([4, 0]);
  const kept = async (): Promise<boolean> =>
    ((await client.get("taskvitals:{prod}:lease:totals")) ?? "").includes("[4]");
  await waitUntil(kept, { what: "the totals to be kept", timeoutMs: 10_000 });

  // Frozen: the other one goes on from what was kept; the first shows nothing of it when it wakes up.
  first.process.kill("SIGSTOP");
  await reach(4, second);
  await waitUntil(() => listening(second), { what: "the second to listen", timeoutMs: 20_000 });
  first.process.kill("SIGCONT");
  const [awake] = await pages(first);
  expect([sum([awake as MetricsPage], work), sum([awake as MetricsPage], ALL)]).toEqual([0, 0]);
  await send(3);
  await reach(7, first, second);

  // Ended properly: handed over at once, with everything.
  second.process.kill("SIGTERM");
  await second.process.exited;
  await reach(7, first);
  await waitUntil(() => listening(first), { what: "the first to listen again", timeoutMs: 20_000 });
  await send(2);
  await reach(9, first);
});

it("a holder that is killed in mid-run is replaced within the life of its lease, and what it took with it is counted as missed", {
  timeout: 180_000,
}, async () => {
  const run = await startInterruptedRun();
  const client = new Redis(run.redis.url);
  onTestFinished(() => client.disconnect());
  const replica = (): Promise<ServingExporter> =>
    serveExporter(["--redis", run.redis.url, "--celery-events", "--lease", "prod"]);
  const first = await replica();
  await run.hears(first, 2);
  const second = await replica();

  const sending = run.send(600);
  await run.until("part of the run", ({ recorded }) => recorded >= 100, first, second);
  const kept = async (): Promise<string> => (await client.get("taskvitals:{prod}:lease:totals")) ?? "";
  await waitUntil(async () => /"accounted":[1-9]/.test(await kept()), { what: "part of the run to be kept" });
  first.process.kill("SIGKILL");
  await first.process.exited;
  // By the server's own clock.
  expect(await client.pttl("taskvitals:{prod}:lease")).toBeLessThanOrEqual(10_000);
  expect(await run.shown(second)).toEqual({ recorded: 0, missed: 0 });

  await run.until("the other to take over", ({ recorded }) => recorded > 0, second);
  const attempts = await sending;
  const done = await run.until("all to be accounted for", (now) => now.recorded + now.missed === attempts, second);
  expect(done.missed).toBeGreaterThan(0);
  expect(await run.ended()).toBe(attempts);
  const more = await run.send(20);
  const after = await run.until("the totals to go on", ({ recorded }) => recorded === done.recorded + more, second);
  expect(after.missed).toBe(done.missed);
});

it("a lease without anything to take turns at is a mistake, and so is a name that is none", async () => {
  const refused = async (...args: string[]): Promise<unknown> => {
    const { exitCode, stderr } = await runExporter(["--redis", "redis://127.0.0.1:1", ...args]);
    return [exitCode, stderr];
  };
  expect(await refused("--queue", "list:a", "--lease", "prod")).toEqual([
    2,
    expect.stringContaining("--lease: expected events to count or a counter in Redis to report"),
  ]);
  expect(await refused("--celery-events", "--lease", "a b")).toEqual([
    2,
    expect.stringContaining('--lease: got "a b"; expected a name of at most 100 letters'),
  ]);
});
