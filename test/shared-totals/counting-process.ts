// A process of a platform that shares its totals. It counts TEST_RATE tasks a second until SIGUSR2, says after each step how many, and ends in order
// with SIGTERM. With TEST_RATE=0 it only answers with the totals.
import { Redis } from "ioredis";
import { startTaskVitals } from "taskvitals";
import { recordTask } from "./counted-tasks.ts";

const {
  TEST_REDIS_URL = "",
  TEST_SENTINELS,
  TEST_RATE = "0",
  TEST_NAME = "",
  TEST_NAMESPACE = "default",
} = process.env;
/** Even, so that after each step half of the tasks have the name of their own. */
const STEPS_PER_SECOND = 20;
const perStep = 2 * Math.round(Number(TEST_RATE) / STEPS_PER_SECOND / 2);

const vitals = await startTaskVitals({
  redis: TEST_SENTINELS === undefined ? TEST_REDIS_URL : throughSentinels(JSON.parse(TEST_SENTINELS)),
  sharedTotals: {
    namespace: TEST_NAMESPACE,
    intervalMs: 1000,
    foldAfterMs: 12_000,
    page: process.env.TEST_PAGE === "yes",
  },
  endpoint: perStep === 0 && { port: 0, host: "127.0.0.1" },
  runtimeMetrics: false,
  hostVitals: false,
  environment: {},
});

let recorded = 0;
// A pipe is written to at once: what is said here survives SIGKILL.
const say = (what: object): void => console.log(JSON.stringify(what));
const counting = setInterval(() => {
  for (let task = 0; task < perStep; task++) recordTask(vitals.tasks, TEST_NAME, recorded++);
  say({ recorded, at: Date.now() });
}, 1000 / STEPS_PER_SECOND);
const staying = setInterval(() => {}, 60_000);
if (perStep === 0) clearInterval(counting);

process.on("SIGUSR2", () => {
  clearInterval(counting);
  say({ final: recorded });
});
process.once("SIGTERM", async () => {
  clearInterval(counting);
  clearInterval(staying);
  say({ final: recorded });
  await vitals.shutdown();
  process.exit();
});
say({ ready: vitals.endpoint?.url ?? "" });

function throughSentinels({ name, sentinels }: { name: string; sentinels: { host: string; port: number }[] }): Redis {
  const client = new Redis({ name, sentinels, sentinelRetryStrategy: () => 100, retryStrategy: () => 100 });
  return client.on("error", () => {});
}
