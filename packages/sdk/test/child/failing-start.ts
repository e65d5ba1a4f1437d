import { createServer } from "node:http";
import { startTaskVitals } from "taskvitals";

// Fails to start on a port that is taken, closes what took it, and says what keeps the process busy before and after.
const holder = createServer();
await new Promise<void>((resolve) => void holder.listen(0, "127.0.0.1", resolve));
const address = holder.address();
const port = typeof address === "object" ? (address?.port ?? 0) : 0;
const before = process.getActiveResourcesInfo().sort();
const failure = await startTaskVitals({
  endpoint: { port },
  redis: process.env.TEST_REDIS_URL,
  queues: ["list:jobs"],
  otlp: { endpoint: "http://127.0.0.1:1/v1/metrics" },
  signals: true,
  hostMetrics: true,
  registerGlobal: true,
}).then(
  () => "started",
  (error: { code?: string }) => error.code,
);
const listeners = ["SIGTERM", "SIGINT", "beforeExit"].map((event) => process.listenerCount(event));
const after = process.getActiveResourcesInfo().sort();
holder.close();
process.stdout.write(`${JSON.stringify({ failure, before, after, listeners })}\n`);
