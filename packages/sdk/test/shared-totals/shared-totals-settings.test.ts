import { expect, test } from "vitest";
import type { TaskVitalsOptions } from "../../src/index.ts";
import { resolveSettings } from "../../src/options/settings.ts";
import { refusalOf } from "../refusal.ts";

const redis = "redis://redis";
const resolve = (options: TaskVitalsOptions) => resolveSettings({ environment: {}, ...options }).sharedTotals;
const refused = async (options: unknown): Promise<string> =>
  (await refusalOf(() => resolve(options as TaskVitalsOptions))).message;

test("nothing is shared unless it is asked for", () => {
  expect(resolve({ redis })).toBeUndefined();
  expect(resolve({ redis, sharedTotals: false, environment: { TASKVITALS_SHARED_TOTALS: "true" } })).toBeUndefined();
});

test("true shares with the defaults, through the broker named default", () => {
  expect(resolve({ redis, brokers: { other: redis }, sharedTotals: true })).toEqual({
    namespace: "default",
    intervalMs: 5000,
    foldAfterMs: 600_000,
    page: true,
    store: "redis",
    broker: { connection: redis, path: "redis", onDemand: false },
  });
});

test("the environment switches it on, or names the namespace, and brings the broker", () => {
  const environment = { REDIS_URL: redis, TASKVITALS_SHARED_TOTALS: "true" };
  expect(resolve({ environment })).toMatchObject({ namespace: "default", broker: { path: "REDIS_URL" } });
  expect(resolve({ environment: { ...environment, TASKVITALS_SHARED_TOTALS: "acme" } })?.namespace).toBe("acme");
  expect(resolve({ environment: { ...environment, TASKVITALS_SHARED_TOTALS: "FALSE" } })).toBeUndefined();
});

test("the one broker there is serves, of several it must be named", async () => {
  expect(resolve({ brokers: { jobs: redis }, sharedTotals: true })?.broker?.path).toBe("brokers.jobs");
  const brokers = { jobs: redis, cache: redis };
  expect(resolve({ brokers, sharedTotals: { broker: "cache" } })?.broker?.path).toBe("brokers.cache");
  expect(await refused({ brokers, sharedTotals: true })).toBe(
    'sharedTotals.broker: got undefined; expected the name of the broker whose Redis keeps the totals, one of "jobs", "cache".',
  );
  expect(await refused({ sharedTotals: true })).toBe(
    "sharedTotals: expected a broker whose Redis keeps the totals. Set redis, REDIS_URL or brokers.",
  );
  expect(await refused({ environment: { TASKVITALS_SHARED_TOTALS: "true" } })).toContain("TASKVITALS_SHARED_TOTALS: ");
});

test("a long interval lengthens the silence after which a process is taken for dead", () => {
  expect(resolve({ redis, sharedTotals: { intervalMs: 60_000 } })?.foldAfterMs).toBe(720_000);
});

test("beside a meter provider of the caller's it is refused", async () => {
  const meterProvider = { getMeter: () => expect.fail("not to be used") };
  expect(await refused({ redis, meterProvider, sharedTotals: true })).toContain(
    "sharedTotals: expected no shared totals beside meterProvider",
  );
});

test.each([
  [{ sharedTotals: "yes" }, "sharedTotals: "],
  [
    { sharedTotals: { intervalMs: 999 } },
    "sharedTotals.intervalMs: got 999; expected a whole number from 1000 to 60000",
  ],
  [{ sharedTotals: { foldAfterMs: 59_999 } }, "sharedTotals.foldAfterMs: got 59999; expected at least 12 times"],
  [{ sharedTotals: { namespace: "a{b}" } }, 'sharedTotals.namespace: got "a{b}"; expected a string of 1 to 64 letters'],
  [{ sharedTotals: { store: "disk" } }, 'sharedTotals.store: got "disk"; expected "redis" or "machine"'],
  [{ sharedTotals: { page: 1 } }, "sharedTotals.page: got 1; expected true or false"],
  [
    { sharedTotals: { interval: 1 } },
    "sharedTotals.interval: there is no such option. The options of sharedTotals are: broker",
  ],
  [
    { environment: { TASKVITALS_SHARED_TOTALS: "a b" } },
    'TASKVITALS_SHARED_TOTALS: got "a b"; expected "true", "false" or',
  ],
])("what does not fit is refused in words: %o", async (options, message) => {
  expect(await refused({ redis, ...options })).toContain(message);
});
