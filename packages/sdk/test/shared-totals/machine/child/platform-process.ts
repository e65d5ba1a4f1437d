import { ChildProcess, fork } from "node:child_process";
import cluster, { type Worker as ClusterWorker } from "node:cluster";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { startTaskVitals } from "taskvitals";
import type { Branch } from "../process-tree.ts";

// One process or thread of a platform, and all that it starts. It says on stdout when it is up, what ended, and every message that came to a listener of the
// application, whether it was sent by the application or not. SIGUSR2 counts one task, and SIGTERM ends it.
const { TEST_BRANCH = "{}" } = process.env;
const branch: Branch = isMainThread ? JSON.parse(TEST_BRANCH) : (workerData as Branch);
const { name, tasks = 0, vitals: hasVitals = true, forks = [], workers = [], threads = [] } = branch;
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const self = fileURLToPath(import.meta.url);
const listen = (from: string, message: unknown): void => {
  say(
    message === "application"
      ? `heard ${name} from ${from}`
      : `foreign to ${name} from ${from}: ${JSON.stringify(message)}`,
  );
};

const vitals = hasVitals
  ? await startTaskVitals({
      serviceName: "machine",
      sharedTotals: { store: "machine", intervalMs: 1000 },
      endpoint: { host: "127.0.0.1", port: 0 },
      readDeadlineMs: 2000,
      runtimeMetrics: false,
      hostVitals: false,
    })
  : undefined;
const count = (): void => vitals?.tasks.record({ task: "train", outcome: "success", durationSeconds: 0.1 });
for (let task = 0; task < tasks; task++) count();

const watch = (child: ChildProcess | ClusterWorker | Worker, of: Branch): void => {
  child.on("message", (message: unknown) => listen(of.name, message));
  child.on("exit", (code: number | null) => say(`ended ${of.name} ${code}`));
  if (child instanceof Worker) child.postMessage("application");
  // A worker of a cluster listens from its start, but its application does not.
  else if (child instanceof ChildProcess) child.send("application");
  else child.once("message", () => child.send("application"));
};
for (const of of forks) watch(fork(self, { env: { ...process.env, TEST_BRANCH: JSON.stringify(of) } }), of);
for (const of of workers) watch(cluster.fork({ TEST_BRANCH: JSON.stringify(of) }), of);
for (const of of threads) watch(new Worker(self, { workerData: of }), of);
if (branch.freezes) process.kill(process.pid, "SIGSTOP");

await vitals?.flush();
if (branch.ends === "in order") await vitals?.shutdown();
say(`up ${name} ${process.pid} ${vitals?.endpoint?.url}`);
if (branch.ends === undefined) {
  process.on("message", (message) => listen("above", message)).send?.("application");
  parentPort?.on("message", (message) => listen("above", message)).postMessage("application");
  const work = setInterval(() => {}, 1000);
  process.on("SIGUSR2", count).once("SIGTERM", async () => {
    clearInterval(work);
    await vitals?.shutdown();
    process.exit();
  });
  process.on("SIGUSR1", () => process.disconnect());
} else if (cluster.isWorker) process.disconnect();
