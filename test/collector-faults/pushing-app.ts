import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { startTaskVitals } from "taskvitals";

// Doubles numbers as its tasks, four at a time, and pushes where OTEL_EXPORTER_OTLP_* say. On SIGUSR2 it stops working and prints what became of it
// as one line of JSON; it pushes on until it is killed.
let unhandled = 0;
process.on("unhandledRejection", () => {
  unhandled += 1;
});
const vitals = await startTaskVitals({ runtimeMetrics: false, tasks: [{ task: "double", queue: "numbers" }] });
const double = vitals.tasks.wrap(
  "double",
  async (value: number) => {
    await pause(5);
    return 2 * value;
  },
  { queue: "numbers" },
);

let working = true;
let done = 0;
let wrong = 0;
async function work(): Promise<void> {
  while (working) {
    const value = Math.random();
    const result = await double(value);
    done += 1;
    if (result !== 2 * value) wrong += 1;
  }
}
// Nothing of taskvitals keeps the process alive.
setInterval(() => {}, 60_000);
const loop = monitorEventLoopDelay({ resolution: 10 });
loop.enable();
const workers = Array.from({ length: 4 }, work);
process.stdout.write(`page ${vitals.endpoint?.url}\n`);
process.once("SIGUSR2", async () => {
  working = false;
  await Promise.all(workers);
  const loopDelayMs = loop.percentile(99) / 1e6;
  process.stdout.write(`${JSON.stringify({ done, wrong, unhandled, loopDelayMs })}\n`);
});
