import { startTaskVitals } from "taskvitals";

/** A process with its six vital signs and one Redis queue, as its user would start it. */
const vitals = await startTaskVitals({
  serviceName: "bench",
  redis: process.argv[2],
  queues: ["list:jobs"],
  tasks: ["train_lora"],
  endpoint: { host: "127.0.0.1", port: 0 },
  environment: {},
});
vitals.tasks.record({ task: "train_lora", outcome: "success", durationSeconds: 12.5 });
vitals.tasks.record({ task: "train_lora", outcome: "failure", durationSeconds: 3 });
// The endpoint keeps no process alive; here nothing else does.
const work = setInterval(() => {}, 60_000);
process.once("SIGTERM", () => {
  clearInterval(work);
  void vitals.shutdown();
});
process.stdout.write(`port ${vitals.endpoint?.port}\n`);
