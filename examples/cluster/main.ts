import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { readSettings } from "./settings.ts";
import { startVitals } from "./start-vitals.ts";
import { stopSignal } from "./stop-signal.ts";

const { workers } = readSettings(process.env);
const stopped = stopSignal();

// Before the first worker is forked: from here on this process answers them.
const vitals = await startVitals();

let isStopping = false;
const answering = new Set<Worker>();
cluster.setupPrimary({ exec: fileURLToPath(new URL("worker.ts", import.meta.url)) });
cluster.on("listening", (worker, { address, port }) => {
  answering.add(worker);
  console.log(`Worker ${worker.process.pid} answers at http://${address}:${port}`);
});
cluster.on("exit", (worker, code, signal) => {
  console.log(`Worker ${worker.process.pid} ended (${signal ?? code})`);
  if (isStopping) return;
  // One that cannot even start would be started for ever.
  if (!answering.delete(worker)) process.exit(1);
  cluster.fork();
});
const forked = Array.from({ length: workers }, () => cluster.fork());
await Promise.all(forked.map((worker) => once(worker, "listening")));
console.log("Every worker answers. Ctrl-C ends.");

console.log(`${await stopped}: ending`);
isStopping = true;
const left = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
for (const worker of left) worker.process.kill("SIGTERM");
await Promise.all(left.map((worker) => worker.isDead() || once(worker, "exit")));
await vitals.shutdown();
console.log("Stopped.");
