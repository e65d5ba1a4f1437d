import { once } from "node:events";
import { startTaskVitals } from "taskvitals";

// Starts everything there is, pushes every TEST_OTLP_INTERVAL milliseconds, is scraped, and has nothing more to do once it gets SIGUSR2.
const intervalMs = Number(process.env.TEST_OTLP_INTERVAL);
const vitals = await startTaskVitals({
  redis: process.env.TEST_REDIS_URL,
  queues: ["list:jobs"],
  otlp: { endpoint: process.env.TEST_OTLP_URL, intervalMs, timeoutMs: intervalMs },
  hostMetrics: true,
  concurrency: 1,
});
const work = setInterval(() => {}, 1000);
const asked = once(process, "SIGUSR2");
process.stdout.write(`scraped ${(await fetch(vitals.endpoint?.url ?? "")).status}\n`);
await asked;
clearInterval(work);
