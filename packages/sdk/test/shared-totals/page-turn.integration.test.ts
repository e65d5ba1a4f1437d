import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { type RedisServer, startRedis, waitUntil } from "../../../../test/services/index.ts";
import { ask } from "../endpoint/http-client.ts";
import { type MetricsPage, parsePage } from "../metrics-page.ts";
import type { StartedVitals } from "../start-vitals.ts";
import { share } from "./sharing.ts";

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url).on("error", () => {}); // the server is killed below
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

beforeEach(async () => {
  await redis.flushall();
});

const train = { task: "train", queue: "gpu" };
const SCRAPE_MS = 600;
const TIMEOUT_SECONDS = 0.5;
const POLL = { timeout: 60_000, interval: 100 };

/** Scrapes the page of a process at an interval until the test has ended, as a Prometheus does, and keeps the pages. */
function scraping({ vitals }: StartedVitals): { readonly pages: MetricsPage[]; stop(): void } {
  const pages: MetricsPage[] = [];
  const headers = { "x-prometheus-scrape-timeout-seconds": String(TIMEOUT_SECONDS) };
  const url = vitals.endpoint?.url ?? expect.fail("there is no endpoint");
  let isStopped = false;
  const scrape = async (): Promise<void> => {
    while (!isStopped) {
      const { status, text } = await ask(url, { headers }).catch(() => ({ status: 0, text: "" }));
      if (status === 200) pages.push(parsePage(text));
      await pause(SCRAPE_MS);
    }
  };
  const scraped = scrape();
  const stop = (): void => {
    isStopped = true;
  };
  onTestFinished(async () => {
    stop();
    await scraped;
  });
  return { pages, stop };
}

const shows = (page: MetricsPage | undefined): boolean => page?.value("task_success_total", train) !== undefined;

test.each(["incremental", "standard"] as const)(
  "of two replicas that are scraped one shows the totals, beside its own, and the other takes over when it ends (%s)",
  async (exposition) => {
    const [worker, ...replicas] = await Promise.all([
      share(server),
      share(server, { exposition, hostVitals: true }),
      share(server, { exposition, hostVitals: true }),
    ]);
    worker.vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 1 });
    await worker.vitals.flush();
    const scraped = replicas.map(scraping);
    await waitUntil(() => scraped.some(({ pages }) => shows(pages.at(-1))), { what: "the totals", timeoutMs: 60_000 });
    const first = scraped.findIndex(({ pages }) => shows(pages.at(-1)));
    const [holder, other] = first === 0 ? scraped : [...scraped].reverse();
    const page = holder?.pages.at(-1);
    expect(page?.value("task_success_total", train)).toBe(1);
    expect(page?.value("task_duration_seconds_count", train)).toBe(1);
    expect(page?.value("taskvitals_processes")).toBeGreaterThan(0);
    expect(page?.series("system_memory_usage_gigabytes")).toEqual([{ pid: String(process.pid) }]);
    expect(other?.pages.some(shows)).toBe(false);

    holder?.stop();
    await replicas[first]?.vitals.shutdown();
    await waitUntil(() => shows(other?.pages.at(-1)), { what: "the totals of the successor", timeoutMs: 60_000 });
  },
);

test("a process that is not scraped, or whose page is to be without, shows no totals", async () => {
  const [asked, without] = await Promise.all([share(server), share(server, { sharedTotals: { page: false } })]);
  asked.vitals.tasks.record({ ...train, outcome: "success" });
  await asked.vitals.flush();
  // One scrape tells no interval: it may be somebody at a browser.
  await asked.scrape();
  const { pages } = scraping(without);
  await waitUntil(() => pages.length >= 5, { what: "five scrapes" });
  expect(pages.some(shows)).toBe(false);
  expect((await redis.keys("*")).filter((key) => key.includes("lease"))).toEqual([]);
});

test("totals disappear from the page when the lease cannot be kept, and the rest of the page stays", async () => {
  const replica = await share(server);
  replica.vitals.tasks.record({ ...train, outcome: "success" });
  await replica.vitals.flush();
  const { pages } = scraping(replica);
  await expect.poll(() => shows(pages.at(-1)), POLL).toBe(true);
  server.freeze();
  onTestFinished(() => server.resume());
  await expect.poll(() => shows(pages.at(-1)), POLL).toBe(false);
  expect(pages.at(-1)?.value("taskvitals_error_total", { operation: "shared_totals" })).toBeGreaterThan(0);
  server.resume();
  await expect.poll(() => pages.at(-1)?.value("task_success_total", train), POLL).toBe(1);
});
