import { startTaskVitals } from "taskvitals";

// Shares totals through TEST_REDIS_URL, counts TEST_TASKS tasks of one second each, writes them and says so. Whatever it is sent on stdin it counts as so many more, which
// it does not write at once. SIGTERM ends it in order.
const { TEST_TASKS = "0", TEST_REDIS_URL, TEST_INTERVAL = "1000" } = process.env;
const vitals = await startTaskVitals({
  redis: TEST_REDIS_URL,
  sharedTotals: { intervalMs: Number(TEST_INTERVAL) },
  readDeadlineMs: 5000,
  runtimeMetrics: false,
  concurrency: { gpu: 2 },
});
const count = (tasks: number): void => {
  for (let index = 0; index < tasks; index++) {
    vitals.tasks.record({ task: "train", queue: "gpu", outcome: "success", durationSeconds: 1 });
  }
};
count(Number(TEST_TASKS));
const run = vitals.tasks.start("train", { queue: "gpu" });
await vitals.flush();
process.stdout.write(`written ${vitals.endpoint?.url}\n`);
const work = setInterval(() => {}, 1000);
process.once("SIGTERM", async () => {
  run.succeed();
  clearInterval(work);
  await vitals.shutdown();
  process.stdout.write("ended\n");
});
