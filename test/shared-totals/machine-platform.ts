import cluster from "node:cluster";
import { fileURLToPath } from "node:url";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { startTaskVitals } from "taskvitals";

// A platform without Redis: TEST_WORKERS workers of a cluster, each with a thread, all of which count as fast as they are told, each under a task of its own name. A
// worker that is killed is replaced by another. On stdout each says how many tasks it has counted, and where its page is. SIGUSR2 ends the counting, and each
// says its total once it is written; SIGTERM ends a process in order.
const STEP_MS = 200;
const { TEST_WORKERS = "4", TEST_NAME = "first" } = process.env;
const name = isMainThread ? TEST_NAME : (workerData as string);
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const vitals = await startTaskVitals({
  serviceName: "machine",
  sharedTotals: { store: "machine", intervalMs: 1000, foldAfterMs: 12_000 },
  endpoint: isMainThread && { host: "127.0.0.1", port: 0 },
  runtimeMetrics: false,
  hostVitals: false,
});
say(`at ${name} ${process.pid} ${vitals.endpoint?.url}`);

let counted = 0;
const counting = setInterval(() => {
  const tasks = Math.floor(Math.random() * 80);
  for (let task = 0; task < tasks; task++) {
    vitals.tasks.record({ task: name, queue: "q", outcome: "success", durationSeconds: Math.random() });
  }
  counted += tasks;
  say(`counted ${name} ${counted} ${Date.now()}`);
}, STEP_MS);
const stop = async (): Promise<void> => {
  clearInterval(counting);
  await vitals.flush();
  say(`total ${name} ${counted}`);
};

if (isMainThread) process.on("SIGUSR2", () => void stop());
if (isMainThread && cluster.isPrimary) {
  let forked = 0;
  const fork = (): void => {
    forked += 1;
    cluster.fork({ TEST_NAME: `worker-${forked}` });
  };
  for (let worker = 0; worker < Number(TEST_WORKERS); worker++) fork();
  cluster.on("exit", fork);
} else if (isMainThread) {
  const thread = new Worker(fileURLToPath(import.meta.url), { workerData: `${name}-thread` });
  process.on("SIGUSR2", () => thread.postMessage("stop"));
  process.once("SIGTERM", async () => {
    thread.postMessage("end");
    thread.once("exit", async () => {
      await stop();
      await vitals.shutdown();
      process.disconnect();
    });
  });
} else {
  const { parentPort } = await import("node:worker_threads");
  parentPort?.on("message", async (told) => {
    await stop();
    if (told !== "end") return;
    await vitals.shutdown();
    parentPort?.close();
  });
}
