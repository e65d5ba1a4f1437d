import { setTimeout as pause } from "node:timers/promises";
import { startTaskVitals, type TaskVitals } from "taskvitals";
import { expect, test } from "vitest";
import { type PrometheusServer, startPrometheus, startRedis, waitUntil } from "./services/index.ts";
import { type Balancer, startBalancer } from "./shared-totals/balancer.ts";
import { type ShowingApi, startApi } from "./shared-totals/counting-platform.ts";
import { type HostileProxy, startHostileProxy } from "./shared-totals/hostile-proxy.ts";
import { ObservedSum } from "./shared-totals/observed-sum.ts";

/** Scrape intervals: those that people have take minutes. */
const INTERVALS_SECONDS = process.env.SOAK_MINUTES === undefined ? [1] : [5, 15];
const FLUSH_MS = 1000;
const LOOK_MS = 200;
/** What a busy machine adds. */
const SLACK_MS = 3000;

interface Replica extends ShowingApi {
  readonly address: string;
  readonly proxy: HostileProxy;
}

/** What becomes of the replica whose turn it is, and how it comes back. */
const ENDS: Readonly<Record<string, { begin(holder: Replica): void; end(holder: Replica): void }>> = {
  killed: { begin: ({ process }) => process.kill("SIGKILL"), end: () => {} },
  frozen: {
    begin: ({ process }) => process.kill("SIGSTOP"),
    end: ({ process }) => process.kill("SIGCONT"),
  },
  "cut off from Redis": { begin: ({ proxy }) => proxy.refuse(), end: ({ proxy }) => proxy.accept() },
};

/** A platform of its own: a worker, two replicas of an API, and one name for both. */
interface Platform {
  readonly namespace: string;
  readonly replicas: readonly Replica[];
  readonly balancer: Balancer;
  readonly vitals: TaskVitals;
}

test.each(INTERVALS_SECONDS)(
  "the sum over two replicas, scraped every %i s, is never above the truth whatever becomes of the one whose turn it is, and one target for both misses nothing",
  { timeout: 900_000 },
  async (intervalSeconds) => {
    await using stack = new AsyncDisposableStack();
    const redis = stack.use(await startRedis());
    const platforms = await Promise.all(
      Object.keys(ENDS).map((name) => startPlatform(name.replaceAll(" ", "-"), redis, stack)),
    );
    const prometheus = stack.use(
      await startPrometheus({
        scrapeInterval: `${intervalSeconds}s`,
        scrapeConfigs: [
          {
            job_name: "page",
            static_configs: platforms.map(({ namespace, replicas }) => ({
              targets: replicas.map(({ address }) => address),
              labels: { namespace },
            })),
          },
          {
            job_name: "shared",
            metrics_path: "/metrics/shared",
            static_configs: platforms.map(({ namespace, balancer }) => ({
              targets: [balancer.address],
              labels: { namespace },
            })),
          },
        ],
      }),
    );
    const ends = Object.values(ENDS).map((end, index) =>
      goThrough(end, platforms[index] as Platform, prometheus, 1000 * intervalSeconds),
    );
    await Promise.allSettled(ends);
    await Promise.all(ends);
  },
);

async function goThrough(
  { begin, end }: (typeof ENDS)[string],
  { namespace, replicas, vitals }: Platform,
  prometheus: PrometheusServer,
  intervalMs: number,
): Promise<void> {
  const labels = { task: "train", queue: "gpu" };
  let counted = 0;
  const counting = setInterval(() => {
    counted += 1;
    vitals.tasks.record({ ...labels, outcome: "success", durationSeconds: 1 });
  }, 20);
  const [onPages, shared] = [new ObservedSum(), new ObservedSum()];
  let isEnded = false;
  const look = async (job: string, sum: ObservedSum): Promise<void> => {
    while (!isEnded) {
      const expression = `sum(task_success_total{job="${job}",namespace="${namespace}"})`;
      // A look that fails tells nothing: not even that the sum is absent.
      const found = await prometheus.query(expression).catch(() => undefined);
      if (found !== undefined) sum.note({ atMs: performance.now(), value: found[0]?.value, counted });
      await pause(LOOK_MS);
    }
  };
  const looking = [look("page", onPages), look("shared", shared)];
  try {
    const ttlMs = Math.max(10_000, 1.4 * 2 * intervalMs);
    const longest = 2 * ttlMs + intervalMs + SLACK_MS;
    const start = { timeoutMs: 6 * intervalMs + longest };
    const shows = async (): Promise<string | undefined> => {
      const found = await prometheus.query(`task_success_total{job="page",namespace="${namespace}"}`);
      return found.length === 1 ? found[0]?.metric.instance : undefined;
    };
    const first = await waitUntil(shows, { what: `the totals on a page of ${namespace}`, ...start });
    await waitUntil(() => shared.latest, { what: `the shared totals of ${namespace}`, ...start });
    const holder = replicas.find(({ address }) => address === first) ?? expect.fail(`nobody is ${first}`);
    await pause(2 * intervalMs);
    begin(holder);
    const isOther = async (): Promise<boolean> => ![undefined, first].includes(await shows());
    await waitUntil(isOther, { what: `the other replica of ${namespace} to have its turn`, timeoutMs: longest });
    end(holder);
    await pause(3 * intervalMs);
    clearInterval(counting);
    const isTrue = (): boolean => onPages.latest === counted && shared.latest === counted;
    await waitUntil(isTrue, { what: `the truth about ${namespace}`, timeoutMs: 4 * intervalMs + 20_000 });

    // A replica that hangs has been scraped an interval ago, and is given up another one later.
    const gaps = onPages.gaps(2 * intervalMs + 1.1 * FLUSH_MS + SLACK_MS);
    expect({ faults: onPages.faults, gaps: gaps.length }).toEqual({ faults: [], gaps: 1 });
    for (const { ms, step, counted: inGap } of gaps) {
      expect(ms).toBeLessThanOrEqual(longest);
      expect(step).toBeLessThanOrEqual(inGap);
    }
    expect({ faults: shared.faults, gaps: shared.gaps(0) }).toEqual({ faults: [], gaps: [] });
    process.stderr.write(`${namespace} at ${intervalMs} ms: absent for ${gaps.map(({ ms }) => Math.round(ms))} ms\n`);
  } finally {
    isEnded = true;
    clearInterval(counting);
    await Promise.all(looking);
  }
}

async function startPlatform(
  namespace: string,
  redis: { readonly url: string; readonly port: number },
  stack: AsyncDisposableStack,
): Promise<Platform> {
  const startReplica = async (): Promise<Replica> => {
    const proxy = stack.use(await startHostileProxy(redis.port, Math.random));
    const api = await startApi({ TEST_REDIS_URL: proxy.url }, namespace);
    stack.use(api.process);
    return { ...api, proxy, address: new URL(api.url).host };
  };
  const [replicas, vitals] = await Promise.all([
    Promise.all([startReplica(), startReplica()]),
    startTaskVitals({
      redis: redis.url,
      sharedTotals: { namespace, intervalMs: FLUSH_MS },
      tasks: [{ task: "train", queue: "gpu" }],
      endpoint: false,
      runtimeMetrics: false,
      hostVitals: false,
      environment: {},
    }),
  ]);
  stack.use(vitals);
  const balancer = stack.use(await startBalancer(replicas.map(({ address }) => address)));
  return { namespace, replicas, balancer, vitals };
}
