import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { type MetricsPage, parseMetricsPage } from "./metrics-page.ts";
import { type RunningProcess, startProcess, waitUntil } from "./services/index.ts";
import { seededRandom } from "./shared-totals/seeded-random.ts";

const SCRIPT = fileURLToPath(new URL("shared-totals/machine-platform.ts", import.meta.url));
/** How long the long form goes on; without it the short form runs. */
const MINUTES = process.env.SOAK_MINUTES === undefined ? undefined : Number(process.env.SOAK_MINUTES);
const SEED = MINUTES === undefined ? 20_261_122 : Date.now() % 2 ** 31;
const ROUNDS_MS = MINUTES === undefined ? 8_000 : MINUTES * 60_000;
/** The long form freezes workers beyond the time after which they are taken for dead, 12 s. */
const LONGEST_FREEZE_MS = MINUTES === undefined ? 2_000 : 25_000;
const LONGEST_FREEZE_OF_FIRST_MS = 1_500;
/** Frozen for so long a worker has been taken for dead, however slow the machine is. */
const SURELY_DEAD_MS = 20_000;
const INTERVAL_MS = 1000;
/** Tasks that a process counts before it says so, at most. */
const MOST_PER_STEP = 80;
/** What a flush may come later than it is due on a busy machine, and the next attempt when one failed. */
const LATE_MS = 6000;

interface Counter {
  readonly name: string;
  /** What it said, oldest first. */
  readonly said: readonly { readonly counted: number; readonly at: number }[];
  /** What it had counted when it was told to stop; `undefined` while nobody did. */
  readonly total: number | undefined;
}

/** Every process and thread that ever counted. */
function countersOf({ output }: RunningProcess): Map<string, Counter> {
  const text = output();
  const totals = new Map([...text.matchAll(/^total (\S+) (\d+)$/gm)].map(([, name, total]) => [name, Number(total)]));
  const said = new Map<string, { counted: number; at: number }[]>();
  for (const [, name = "", counted, at] of text.matchAll(/^counted (\S+) (\d+) (\d+)$/gm)) {
    said.set(name, [...(said.get(name) ?? []), { counted: Number(counted), at: Number(at) }]);
  }
  return new Map([...said].map(([name, lines]) => [name, { name, said: lines, total: totals.get(name) }]));
}

/** Processes that are there: name to number. */
function placesOf({ output }: RunningProcess): { readonly name: string; readonly pid: number; readonly url: string }[] {
  return [...output().matchAll(/^at (\S+) (\d+) (http\S+)$/gm)].map(([, name = "", pid, url = ""]) => {
    return { name, pid: Number(pid), url };
  });
}

it(
  "without Redis: workers and their threads are frozen and killed at random, no total ever falls, and all of them are true",
  async () => {
    const random = seededRandom(SEED);
    const below = (most: number): number => Math.floor(random() * most);
    const platform = await startProcess({
      command: process.execPath,
      args: [SCRIPT],
      env: { TEST_WORKERS: "4" },
      readyWhen: /^at worker-4 /m,
    });
    onTestFinished(async () => void (await platform.stop()));
    const alive = (): ReturnType<typeof placesOf> => placesOf(platform).filter(({ pid }) => !killed.has(pid));
    /** Workers that were killed, and when. */
    const killed = new Map<number, number>();

    /** When a worker was woken that had been frozen for long: what it said before is older than it was awake. */
    const wokenAt = new Map<number, number>();
    let takenForDead = 0;

    const highest = new Map<string, number>();
    let pages = 0;
    const scrape = async (): Promise<MetricsPage | undefined> => {
      const places = alive();
      const { url } = places[below(places.length)] ?? expect.fail("nobody is there");
      const signal = AbortSignal.timeout(2000);
      const response = await fetch(`${url}/shared`, { signal, headers: { connection: "close" } }).catch(
        () => undefined,
      );
      const text = await response?.text().catch(() => undefined);
      if (response?.status !== 200 || text === undefined) return undefined;
      const page = parseMetricsPage(text);
      for (const { name, labels, value } of page.samples) {
        if (!name.startsWith("task_")) continue;
        const key = `${name} ${JSON.stringify(labels)}`;
        expect(value, key).toBeGreaterThanOrEqual(highest.get(key) ?? 0);
        highest.set(key, value);
      }
      pages += 1;
      return page;
    };
    let isOver = false;
    const watched = (async () => {
      while (!isOver) {
        await scrape();
        await pause(50);
      }
    })();

    const endsAt = Date.now() + ROUNDS_MS;
    while (Date.now() < endsAt) {
      const places = alive();
      const { name, pid } = places[below(places.length)] ?? expect.fail("nobody is there");
      const hasCaughtUp = Date.now() - (wokenAt.get(pid) ?? 0) > INTERVAL_MS + LATE_MS;
      if (random() < 0.3 && name !== "first" && hasCaughtUp) {
        process.kill(pid, "SIGKILL");
        killed.set(pid, Date.now());
      } else {
        const frozenMs = below(name === "first" ? LONGEST_FREEZE_OF_FIRST_MS : LONGEST_FREEZE_MS);
        process.kill(pid, "SIGSTOP");
        await pause(frozenMs);
        process.kill(pid, "SIGCONT");
        if (frozenMs > 2_000) wokenAt.set(pid, Date.now());
        if (frozenMs > SURELY_DEAD_MS) takenForDead += 1;
      }
      await pause(below(1000));
    }

    await waitUntil(() => alive().length === 5, { what: "every worker to be replaced", timeoutMs: 60_000 });
    const expected = (): string[] =>
      alive().flatMap(({ name }) => (name === "first" ? [name] : [name, `${name}-thread`]));
    await waitUntil(() => expected().every((name) => countersOf(platform).has(name)), { what: "all to count" });
    for (const { pid } of alive()) process.kill(pid, "SIGUSR2");
    await waitUntil(() => expected().every((name) => countersOf(platform).get(name)?.total !== undefined), {
      what: "all to have said their total",
      timeoutMs: 60_000,
    });
    isOver = true;
    await watched;

    const counters = countersOf(platform);
    const shown = (page: MetricsPage | undefined, task: string): number =>
      page?.value("task_success_total", { task, queue: "q" }) ?? 0;
    const untrue = async (): Promise<unknown> => {
      const page = await scrape();
      const living = [...counters.values()].filter(({ total }) => total !== undefined);
      return (
        page &&
        living.map(({ name, total }) => [name, shown(page, name), total]).filter(([, value, total]) => value !== total)
      );
    };
    await expect.poll(untrue, { timeout: 60_000, interval: 200 }).toEqual([]);

    // What was killed has lost at most what it counted since it was last due.
    const page = await waitUntil(scrape, { what: "a page" });
    for (const [pid, killedAt] of killed) {
      const { name } = placesOf(platform).find((place) => place.pid === pid) ?? expect.fail("never there");
      for (const task of [name, `${name}-thread`]) {
        const said = counters.get(task)?.said ?? [];
        const due = said.findLast(({ at }) => at < killedAt - INTERVAL_MS - LATE_MS)?.counted ?? 0;
        expect(shown(page, task), task).toBeGreaterThanOrEqual(due);
        // It may have counted a step that it could not say any more.
        expect(shown(page, task), task).toBeLessThanOrEqual((said.at(-1)?.counted ?? 0) + MOST_PER_STEP);
      }
    }
    expect(pages).toBeGreaterThan(20);
    if (takenForDead > 0) expect(platform.output()).toContain("the others took it for dead");
    expect(page.value("taskvitals_processes")).toBe(9);
  },
  ROUNDS_MS + 280_000,
);
