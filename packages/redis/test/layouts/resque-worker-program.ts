import { Worker } from "node-resque";

/** A worker in a process of its own, to be killed: `node resque-worker-program.ts <port> <name> <queue>…`. It never finishes a job. */
const [port, name, ...queues] = process.argv.slice(2);
const connection = { host: "127.0.0.1", port: Number(port) };
const worker = new Worker(
  { connection, name: name ?? "", queues, timeout: 50 },
  { hold: { perform: () => new Promise(() => {}) } },
);
worker.on("error", () => {});
worker.on("job", () => process.stdout.write("took a job\n"));
await worker.connect();
await worker.start();
process.stdout.write("started\n");
