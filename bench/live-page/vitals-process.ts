import { setImmediate } from "node:timers/promises";
import { startTaskVitals } from "taskvitals";

/** What a process under measurement is asked. */
export type Question = { readonly ask: "record"; readonly seconds: number } | { readonly ask: "cpu" };

/** Tasks between two turns of the event loop. */
const SLICE = 500;

const [redis, queues = "0", page = "on"] = process.argv.slice(2);
const vitals = await startTaskVitals({
  serviceName: "bench",
  redis,
  queues: Array.from({ length: Number(queues) }, (_, nth) => `list:jobs-${nth}`),
  endpoint: { port: 0, ...(page === "off" ? { livePage: false } : {}) },
  environment: {},
});

/** Records as fast as it goes; says how many tasks a second. */
async function record(seconds: number): Promise<number> {
  const begun = performance.now();
  let tasks = 0;
  while (performance.now() - begun < 1000 * seconds) {
    for (let nth = 0; nth < SLICE; nth += 1)
      vitals.tasks.record({ task: "train", queue: "jobs-0", outcome: "success", durationSeconds: 1 });
    tasks += SLICE;
    await setImmediate();
  }
  return (1000 * tasks) / (performance.now() - begun);
}

process.on("message", async (question: Question) => {
  if (question.ask === "record") process.send?.(await record(question.seconds));
  else {
    const { user, system } = process.cpuUsage();
    process.send?.((user + system) / 1000);
  }
});
process.send?.(vitals.endpoint?.port);
