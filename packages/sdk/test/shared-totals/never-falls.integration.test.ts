import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { startRedis, waitUntil } from "../../../../test/services/index.ts";
import { share, sharedPage } from "./sharing.ts";

const train = { task: "train", queue: "gpu" };

test("whoever is asked, before and after Redis was emptied and restarted with nothing, no total is below one shown before", async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const redis = new Redis(server.url).on("error", () => {}); // the server is restarted below
  onTestFinished(() => redis.disconnect());
  const exposers = await Promise.all([share(server), share(server, { exposition: "standard" })]);
  const workers = await Promise.all([share(server), share(server)]);

  let recorded = 0;
  const seen: number[] = [];
  // Kept for the end: who waits for the totals takes what fails for "not yet".
  const faults: object[] = [];
  const next = { worker: 0, exposer: 0 };
  /** One task, then one scrape, as a load balancer passes them on. */
  const turn = async (): Promise<number | undefined> => {
    workers[next.worker++ % workers.length]?.vitals.tasks.record({
      ...train,
      outcome: "success",
      durationSeconds: 0.3,
    });
    recorded += 1;
    const { vitals } = exposers[next.exposer++ % exposers.length] ?? expect.fail();
    const page = await sharedPage(vitals);
    const value = page?.value("task_success_total", train);
    if (value === undefined) return undefined;
    const count = page?.value("task_duration_seconds_count", train);
    const sum = page?.value("task_duration_seconds_sum", train) ?? 0;
    const isWrong =
      value < (seen.at(-1) ?? 0) || value > recorded || count !== value || Math.abs(sum - 0.3 * value) > 0.001;
    if (isWrong) faults.push({ value, before: seen.at(-1), recorded, count, sum });
    seen.push(value);
    return value;
  };
  const shownAgain = async (what: string): Promise<void> => {
    const before = recorded;
    await waitUntil(async () => ((await turn()) ?? 0) >= before, { what, timeoutMs: 60_000 });
  };

  await shownAgain("the totals");
  await redis.flushall();
  await shownAgain("the totals after Redis was emptied");
  await server.restart();
  await shownAgain("the totals after Redis was restarted");
  await workers[0]?.vitals.shutdown();
  await workers[1]?.vitals.flush();
  await expect
    .poll(async () => (await sharedPage(exposers[0].vitals))?.value("task_success_total", train))
    .toBe(recorded);
  expect(faults).toEqual([]);
});
