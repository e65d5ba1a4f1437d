import { startTaskVitals } from "taskvitals";

// Records a task every 20 ms and pushes it, every TEST_OTLP_INTERVAL milliseconds, to TEST_OTLP_URL; a signal ends it.
const vitals = await startTaskVitals({
  endpoint: false,
  runtimeMetrics: false,
  signals: true,
  otlp: { endpoint: process.env.TEST_OTLP_URL, intervalMs: Number(process.env.TEST_OTLP_INTERVAL) },
});
const record = (): void => vitals.tasks.record({ task: "train", queue: "gpu", outcome: "success" });
record();
setInterval(record, 20);
process.stdout.write("started\n");
