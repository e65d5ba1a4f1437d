// The process that reads the queues and the brokers, as an API does, with a metrics endpoint.
import { startTaskVitals } from "taskvitals";

const { BROKERS = "{}", QUEUES = "[]" } = process.env;
const vitals = await startTaskVitals({
  serviceName: "staging-api",
  brokers: JSON.parse(BROKERS) as Record<string, string>,
  queues: JSON.parse(QUEUES) as { layout: "bullmq"; name: string; broker: string }[],
  runtimeMetrics: false,
  // The slow broker is to be slow and not away, on a busy machine too: its reading takes several ways there and back.
  readDeadlineMs: 600,
});
console.log(`Metrics at ${vitals.endpoint?.url}`);
// An API has its own server; nothing of taskvitals keeps a process alive.
setInterval(() => {}, 60_000);
