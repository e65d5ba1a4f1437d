const { Worker } = require("bullmq");

// A BullMQ worker in CommonJS that knows nothing of taskvitals.
const { TEST_QUEUE = "jobs", TEST_REDIS_PORT } = process.env;
const worker = new Worker(
  TEST_QUEUE,
  async ({ data, attemptsMade }) => {
    if (data.end === "fail") throw Object.assign(new Error("as told"), { name: "TrainingError" });
    if (data.end === "recover" && attemptsMade === 0) throw new TypeError("as told, once");
  },
  { connection: { host: "127.0.0.1", port: Number(TEST_REDIS_PORT) }, concurrency: 3 },
);
process.once("SIGTERM", () => worker.close());
process.stdout.write("working\n");
