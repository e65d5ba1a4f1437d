import { startTaskVitals } from "taskvitals";

// Shares totals through TEST_REDIS_URL, counts TEST_TASKS tasks of one second each, writes them and says so. Then it has nothing more to do (TEST_THEN=end), or
// goes on until SIGTERM ends it in order.
const { TEST_TASKS = "0", TEST_REDIS_URL, TEST_THEN = "wait" } = process.env;
const vitals = await startTaskVitals({
  redis: TEST_REDIS_URL,
  sharedTotals: { intervalMs: 1000 },
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
if (TEST_THEN === "wait") {
  const work = setInterval(() => {}, 1000);
  process.once("SIGTERM", async () => {
    run.succeed();
    clearInterval(work);
    await vitals.shutdown();
  });
}
