import { startTaskVitals } from "taskvitals";

// Counts TEST_TASKS tasks, says so, and then either goes on for ever, ends by itself (TEST_THEN=end), or handles the signal
// itself (TEST_THEN=drain) and counts as many once more while it drains. Starts taskvitals TEST_STARTS times.
const { TEST_TASKS = "0", TEST_THEN = "wait", TEST_ONCE, TEST_STARTS = "1" } = process.env;
const started = await Promise.all(
  Array.from({ length: Number(TEST_STARTS) }, () => startTaskVitals({ signals: true, runtimeMetrics: false })),
);
const count = (): void => {
  for (let index = 0; index < Number(TEST_TASKS); index++) {
    for (const { tasks } of started)
      tasks.record({ task: "train", queue: "gpu", outcome: "success", durationSeconds: 1 });
  }
};
count();
if (TEST_THEN !== "end") {
  const work = setInterval(() => {}, 1000);
  if (TEST_THEN === "drain") {
    const drain = (): void => {
      process.stdout.write("draining\n");
      setTimeout(() => {
        count();
        process.stdout.write("drained\n");
        process.exitCode = 7;
        clearInterval(work);
      }, 300);
    };
    if (TEST_ONCE === undefined) process.on("SIGTERM", drain);
    else process.once("SIGTERM", drain);
  }
}
process.stdout.write("counted\n");
