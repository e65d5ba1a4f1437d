import { execFileSync } from "node:child_process";
import { contract } from "@taskvitals/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AllPaths, type AppName, startAllPaths } from "./collector-paths/all-paths.ts";
import { allSeries, stillSeries } from "./collector-paths/contract-series.ts";
import { metadata, receivedUnits } from "./collector-paths/metric-metadata.ts";
import type { MetricStore } from "./collector-paths/metric-store.ts";
import { type PanelQuery, panelLines, panelQueries } from "./collector-paths/panel-answers.ts";
import { recordedAnswers } from "./collector-paths/recorded-answers.ts";

let paths: AllPaths;

beforeAll(async () => {
  paths = await startAllPaths();
  redis("RPUSH", "mail", "a", "b");
  redis("SADD", "rq:queues", "rq:queue:removed", "rq:queue:stays");
  redis("RPUSH", "rq:queue:removed", "x");
});

afterAll(() => paths?.[Symbol.asyncDispose]());

function redis(...command: string[]): void {
  execFileSync("redis-cli", ["-u", paths.redis.url, ...command]);
}

const RESTARTED: readonly AppName[] = ["totals", "deltas"];
/** Whether a process can be scraped: of those that push nobody knows. */
const asksForTargets = ({ expr }: PanelQuery): boolean => expr.includes(" up{");
/** OpenTelemetry measures it anew from each reading on: who reads right after another gets nothing. */
const asksForLoopDelay = ({ expr }: PanelQuery): boolean => expr.includes("eventloop_delay");
/** MetricsQL takes the first sample of a counter for an increase, and Prometheus does not. */
const asksForGrowth = ({ expr }: PanelQuery): boolean => expr.includes("increase(");

// In this order: each test leaves the platform to the next.
describe("every path from an application to a store", () => {
  it("brings each series of the contract, with all of its labels and its value, job and instance included", async () => {
    const { cpuPercent } = contract;
    // Its first window is the longest wait of all.
    await expect.poll(() => paths.direct.query(cpuPercent.name), { timeout: 60_000 }).toHaveLength(3);
    for (const store of paths.others) {
      for (const app of store.apps) {
        await expectSame(store, (from) => allSeries(from, app));
        await expectSame(store, (from) => stillSeries(from, app));
      }
    }
    expect((await stillSeries(paths.direct, "totals")).length).toBeGreaterThan(100);
  });

  it("keeps the type and the meaning of each metric where it is scraped", async () => {
    for (const store of paths.others.filter(({ path }) => path.includes("scraped by Prometheus"))) {
      await expectSame(store, metadata);
    }
  });

  it("brings the unit of each metric over OTLP", () => {
    const units = receivedUnits(paths.received);
    const wanted = Object.values(contract).filter(({ name }) => units.has(name));
    expect(Object.fromEntries(units)).toEqual(Object.fromEntries(wanted.map(({ name, unit }) => [name, unit])));
    expect(wanted.length).toBeGreaterThan(20);
  });

  it("answers every recording rule, and fires no alert", async () => {
    expect((await recordedAnswers(paths.direct)).length).toBeGreaterThan(15);
    for (const store of paths.others.filter(({ hasRules }) => hasRules)) {
      await expectSame(store, recordedAnswers);
      expect(await store.query('ALERTS{alertstate="firing"}')).toEqual([]);
    }
  });

  it.each(["dashboard.json", "operations.json"])("answers every query of %s with the same lines", async (file) => {
    const queries = panelQueries(file);
    for (const store of paths.others) {
      const comparable = queries.filter((query) => {
        if (asksForLoopDelay(query)) return false;
        if (asksForTargets(query)) return store.knowsTargets;
        return !(asksForGrowth(query) && store.isVictoriaMetrics);
      });
      for (const query of comparable) await expectSame(store, (from) => panelLines(from, query, store.apps), query);
    }
  });

  it("follows a restart: totals begin anew, deltas go on", async () => {
    const success = (app: string): string => `${contract.taskSuccess.name}{task="send",instance="${app}"}`;
    const successes = async (store: MetricStore, app: string) => (await store.query(success(app)))[0]?.value;
    for (const app of RESTARTED) await paths.restart(app);
    for (const store of paths.others.filter(({ path }) => path.startsWith("pushed to a Collector"))) {
      // The four tasks of its first run and the four of its second.
      await expect.poll(() => successes(store, "deltas"), { timeout: 60_000 }).toBe(8);
      await expect.poll(() => successes(store, "totals"), { timeout: 60_000 }).toBe(4);
    }
  });

  it("ends the series of a queue that was removed and of a process that was killed within a minute", async () => {
    const killed: readonly AppName[] = ["totals", "straight"];
    redis("SREM", "rq:queues", "rq:queue:removed");
    redis("DEL", "rq:queue:removed");
    for (const app of killed) paths.apps[app].process.kill("SIGKILL");
    const left = killed.map((app) => `{__name__=~"(task|system).+",instance="${app}"}`);
    const remaining = async (): Promise<object[]> => {
      const found = paths.others.map(async (store) => {
        const expr = [...left, `{__name__=~"(task|queue:).+",queue="removed"}`].join(" or ");
        const samples = await store.query(expr);
        return samples.slice(0, 3).map(({ metric }) => ({ path: store.path, ...metric }));
      });
      return (await Promise.all(found)).flat();
    };
    expect(await remaining()).not.toEqual([]);
    await expect.poll(remaining, { timeout: 60_000, interval: 500 }).toEqual([]);
  });
});

/** Waits until both stores give the same answer. */
async function expectSame(
  store: MetricStore,
  ask: (from: MetricStore) => Promise<unknown>,
  of: object = {},
): Promise<void> {
  const { path } = store;
  let wanted: unknown;
  let got: unknown;
  await expect
    .poll(
      async () => {
        wanted = await ask(paths.direct);
        got = await ask(store);
        return JSON.stringify(got) === JSON.stringify(wanted);
      },
      { timeout: 30_000, interval: 250 },
    )
    .toBe(true)
    .catch(() => expect({ path, ...of, answer: got }).toEqual({ path, ...of, answer: wanted }));
}
