import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { startRedisSentinels, waitUntil } from "./services/index.ts";
import { type ChaosServer, startChaosServer } from "./shared-totals/chaos-server.ts";
import { ownTask, seriesKey, trueTotals } from "./shared-totals/counted-tasks.ts";
import { type CountingWorker, type ShowingApi, startApi, startWorker } from "./shared-totals/counting-platform.ts";
import { seededRandom } from "./shared-totals/seeded-random.ts";
import { type Totals, type WatchedTotals, watchTotals } from "./shared-totals/watched-totals.ts";

/** How long the long form goes on; without it the short form runs. */
const MINUTES = process.env.SOAK_MINUTES === undefined ? undefined : Number(process.env.SOAK_MINUTES);
const SEED = MINUTES === undefined ? 20_261_122 : Date.now() % 2 ** 31;
const LEAST_TASKS = 200_000;

const INTERVAL_MS = 1000;
/** What a flush may come later than it is due, on a busy machine: jitter, a step of the counting, the way to Redis. */
const LATE_MS = 2500;
/** A slot loses less than a millionth of a second of its sum. */
const SUM_TOLERANCE = 1e-4;

/** What is not as it must be, once each process has counted so much. */
function misses(totals: Totals, counted: ReadonlyMap<string, number>): string[] {
  return [...trueTotals(counted)]
    .filter(([key, truth]) => {
      const difference = truth - (totals.get(key) ?? 0);
      return key.includes("_sum ") ? Math.abs(difference) > SUM_TOLERANCE : difference !== 0;
    })
    .map(([key, truth]) => `${key}: ${totals.get(key)} instead of ${truth}`);
}

async function expectTruth(watched: WatchedTotals, counted: ReadonlyMap<string, number>): Promise<void> {
  await watched.until("the truth", (totals) => misses(totals, counted).length === 0).catch(() => {});
  for (const totals of await watched.shown("the totals at the end")) expect(misses(totals, counted)).toEqual([]);
  expect(watched.faults).toEqual([]);
  expect(watched.pages.shown).toBeGreaterThan(0);
}

/** Tasks that this worker has counted, as far as the totals show: after each step half of them have its own name. */
function shownOf({ name }: CountingWorker, totals: Totals): number {
  const own = (series: string): number => totals.get(seriesKey(series, { task: ownTask(name), queue: "gpu" })) ?? 0;
  return 2 * (own("task_success_total") + own("task_failure_total"));
}

/** Kills a worker, and answers how many tasks it had written: every task but those of its last interval. */
async function killWorker(worker: CountingWorker, watched: WatchedTotals): Promise<number> {
  // Nothing is wrong with the store, and has not been for an interval and a half.
  await watched.shown("the totals before a worker is killed");
  await pause(INTERVAL_MS + LATE_MS);
  const killedAt = Date.now();
  worker.process.kill("SIGKILL");
  await worker.process.exited;
  await pause(INTERVAL_MS);
  const pages = await watched.shown("the totals after a worker was killed");
  const [written = 0, ...others] = pages.map((totals) => shownOf(worker, totals));
  for (const other of others) expect(other).toBe(written);
  const said = worker.said();
  const due = said.findLast(({ at }) => at < killedAt - INTERVAL_MS - LATE_MS);
  expect(due?.recorded).toBeGreaterThan(0);
  expect(written).toBeGreaterThanOrEqual(due?.recorded ?? Number.NaN);
  // It may have counted one more step than it could say.
  expect(written).toBeLessThanOrEqual(2 * (said.at(-1)?.recorded ?? 0) - (said.at(-2)?.recorded ?? 0));
  return written;
}

/** Ends a worker in order; answers how many tasks it counted, all of which were written. */
async function endWorker(worker: CountingWorker, watched: WatchedTotals): Promise<number> {
  const total = await worker.total();
  worker.process.kill("SIGTERM");
  expect(await worker.process.exited).toMatchObject({ code: 0 });
  // Only what somebody has seen can be put back by somebody.
  await watched.shown("the totals after a worker ended");
  return total;
}

/** Stops a worker until it was taken for dead. */
async function freezeUntilFolded(
  worker: CountingWorker,
  server: ChaosServer,
  meanwhile: () => Promise<void>,
): Promise<void> {
  const before = await server.folded();
  worker.process.kill("SIGSTOP");
  await meanwhile();
  await waitUntil(async () => (await server.folded()) > before, {
    what: `${worker.name} to be taken for dead`,
    timeoutMs: 60_000,
  });
}

describe.concurrent("totals that all processes share", () => {
  test(`are exact and never fall, whatever happens to Redis and to the processes (seed ${SEED})`, {
    timeout: (MINUTES ?? 0) * 60_000 + 300_000,
  }, async () => {
    const random = seededRandom(SEED);
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await startChaosServer(random));
    const connection = { TEST_REDIS_URL: server.url };
    const names = Array.from({ length: MINUTES === undefined ? 4 : 8 }, (_, index) => `w${index}`);
    // Some are killed, ended and frozen on the way.
    const rate = MINUTES === undefined ? 500 : Math.max(100, (2 * LEAST_TASKS) / (names.length * MINUTES * 60));
    const apis = await Promise.all([startApi(connection), startApi(connection)]);
    for (const { process } of apis) stack.use(process);
    const urls = apis.map(({ url }) => `${url}/shared`);
    const watched = stack.use(watchTotals(urls));
    const workers = await Promise.all(names.map((name) => startWorker(name, rate, connection)));
    for (const { process } of workers) stack.use(process);
    const [frozen, killed, ended, ...others] = workers as [CountingWorker, CountingWorker, CountingWorker];
    const counted = new Map<string, number>();
    await watched.until("tasks of each worker", (totals) => workers.every((worker) => shownOf(worker, totals) >= rate));

    await freezeUntilFolded(frozen, server, async () => {
      counted.set(killed.name, await killWorker(killed, watched));
      for (const fault of Object.values(server.harmless)) await fault();
    });
    // It wakes to a store that knows nothing of it, nor that it was taken for dead; and who has shown most is asleep.
    const [{ process: first }] = apis;
    first.kill("SIGSTOP");
    await server.losing["all keys deleted"]?.();
    frozen.process.kill("SIGCONT");
    await watched.shown("the totals of who has shown less", urls.slice(1));
    first.kill("SIGCONT");
    await watched.shown("the totals after all keys were deleted");
    counted.set(ended.name, await endWorker(ended, watched));
    for (const [name, fault] of Object.entries(server.losing)) {
      await fault();
      await watched.shown(`the totals after ${name}`);
    }
    if (MINUTES !== undefined) {
      await suffer({ minutes: MINUTES, random, server, watched, urls, apis, workers: [frozen, ...others] });
    }
    for (const worker of [frozen, ...others]) counted.set(worker.name, await worker.total());
    await expectTruth(watched, counted);
    // Who has never seen any of it finds it in the store, that of the one who was killed before all was lost too.
    const late = await startApi(connection);
    stack.use(late.process);
    await expectTruth(stack.use(watchTotals([`${late.url}/shared`])), counted);
    expect(frozen.process.output()).toContain("nothing was lost");
    if (MINUTES !== undefined) {
      const tasks = [...counted.values()].reduce((sum, count) => sum + count, 0);
      const { shown, absent } = watched.pages;
      process.stderr.write(`seed ${SEED}: ${tasks} tasks, ${shown} pages with the totals, ${absent} without\n`);
      expect(tasks).toBeGreaterThanOrEqual(LEAST_TASKS);
    }
  });

  test("are exact and never fall when Sentinels promote a replica that lacks flushes that were acknowledged", {
    timeout: (MINUTES ?? 0) * 60_000 + 300_000,
  }, async () => {
    await using stack = new AsyncDisposableStack();
    const topology = stack.use(await startRedisSentinels({ sentinels: 1 }));
    const { name, sentinels } = topology;
    const connection = { TEST_SENTINELS: JSON.stringify({ name, sentinels }) };
    const apis = await Promise.all([startApi(connection), startApi(connection)]);
    for (const { process } of apis) stack.use(process);
    const watched = stack.use(watchTotals(apis.map(({ url }) => `${url}/shared`)));
    const workers = await Promise.all(["s0", "s1"].map((each) => startWorker(each, 200, connection)));
    for (const { process } of workers) stack.use(process);
    await watched.shown("the first totals");

    const deadline = performance.now() + (MINUTES ?? 0) * 60_000;
    for (;;) {
      const master = (await topology.master()) ?? expect.fail("the Sentinels disagree");
      const replica = topology.servers.find((one) => one !== master) ?? expect.fail("there is no replica");
      replica.freeze();
      await onServer(master.url, (client) => client.call("CLIENT", "KILL", "TYPE", "replica"));
      const before = await onServer(master.url, versions);
      await waitUntil(async () => lead(await onServer(master.url, versions), before) >= 4, {
        what: "flushes that the replica lacks",
      });
      const acknowledged = await onServer(master.url, versions);
      await master.kill();
      replica.resume();
      expect(lead(acknowledged, await onServer(replica.url, versions))).toBeGreaterThan(0);
      await waitUntil(async () => (await topology.master()) === replica, {
        what: "the replica to be promoted",
        timeoutMs: 60_000,
      });
      await watched.shown("the totals after the fail-over");
      if (performance.now() >= deadline) break;
      await master.restart();
      await waitUntil(
        async () => (await onServer(master.url, (client) => client.info("replication"))).includes("link_status:up"),
        { what: "the old master to follow the new one", timeoutMs: 60_000 },
      );
    }
    const counted = new Map<string, number>();
    for (const worker of workers) counted.set(worker.name, await worker.total());
    await expectTruth(watched, counted);
  });
});

interface Suffering {
  readonly minutes: number;
  readonly random: () => number;
  readonly server: ChaosServer;
  readonly watched: WatchedTotals;
  readonly urls: readonly string[];
  readonly apis: readonly ShowingApi[];
  readonly workers: readonly CountingWorker[];
}

/** The long form: one thing after the other, and some at once, as chance has it. */
async function suffer({ minutes, random, server, watched, urls, apis, workers }: Suffering): Promise<void> {
  const oneOf = <T>(things: readonly T[]): T => things[Math.floor(random() * things.length)] as T;
  const deadline = performance.now() + minutes * 60_000;
  while (performance.now() < deadline) {
    const frozen = oneOf(workers);
    if (random() < 0.2) {
      await freezeUntilFolded(frozen, server, async () => {
        await oneOf(Object.values(server.harmless))();
      });
    } else if (random() < 0.3) {
      frozen.process.kill("SIGSTOP");
    }
    // What a frozen worker has written and only one of them has read would be lost with a store, while both are asleep.
    await watched.shown("the totals before the next faults");
    const asleep = random() < 0.3 ? Math.floor(random() * apis.length) : undefined;
    const awake = urls.filter((_, index) => index !== asleep);
    if (asleep !== undefined) apis[asleep]?.process.kill("SIGSTOP");
    for (let faults = Math.ceil(3 * random()); faults > 0; faults--) {
      const [name, fault] = oneOf(Object.entries(random() < 0.5 ? server.harmless : server.losing));
      await fault();
      if (random() < 0.5) frozen.process.kill("SIGCONT");
      if (random() < 0.5) await watched.shown(`the totals after ${name}`, awake);
      expect(watched.faults).toEqual([]);
    }
    frozen.process.kill("SIGCONT");
    if (asleep !== undefined) apis[asleep]?.process.kill("SIGCONT");
    await watched.shown("the totals in between");
  }
}

async function onServer<T>(url: string, ask: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 20, retryStrategy: () => 50 });
  client.on("error", () => {});
  try {
    return await ask(client);
  } finally {
    client.disconnect();
  }
}

/** Number of the version of each slot that the server has. */
async function versions(client: Redis): Promise<ReadonlyMap<string, number>> {
  const entries = await client.hgetall("taskvitals:{default}:1:versions");
  return new Map(
    Object.entries(entries).flatMap(([id, entry]) => (id.length < 32 ? [] : [[id, Number.parseInt(entry, 10)]])),
  );
}

/** By how many versions one is ahead of the other. */
function lead(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): number {
  return [...one].reduce((sum, [id, seq]) => sum + Math.max(0, seq - (other.get(id) ?? 0)), 0);
}
