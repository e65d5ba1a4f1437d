import { contract } from "@taskvitals/core";
import { Redis } from "ioredis";
import { waitUntil } from "../services/index.ts";
import { allQueues } from "./conditions.ts";
import type { StagedPlatform } from "./staged-platform.ts";
import { Traffic } from "./traffic.ts";

const BURST = `${contract.queueLength.name}{queue="burst"}`;

/** Makes every condition true, and resolves when the processes and servers are in it. What goes on, goes on until it is disposed of. */
export async function stageConditions(platform: StagedPlatform): Promise<Disposable> {
  const { prometheus, proxy, queue, redis, workers } = platform;
  const going = new DisposableStack();
  // What was never seen well is not missed when it is gone.
  await prometheus.waitFor(contract.queueLength.name, (samples) => samples.length === Object.keys(allQueues).length);
  await prometheus.waitFor(`sum(queue:${contract.taskConcurrency.name}:sum{queue=~"killed|frozen"})`, ([slots]) => {
    return slots?.value === 4;
  });
  await prometheus.waitFor(`sum(${contract.brokerUp.name})`, ([up]) => up?.value === 5);

  const add = async (name: string, count: number, runMs: number, job = "work"): Promise<void> => {
    await queue(name).addBulk(Array.from({ length: count }, () => ({ name: job, data: { runMs } })));
  };
  going.use(new Traffic(queue("healthy"), 10, ["work"], 50));
  going.use(new Traffic(queue("poisoned"), 10, ["work", "poisoned"], 20));
  going.use(new Traffic(queue("small"), 20, ["work"], 200));
  await add("late", 200, 1000);

  await add("hung", 3, 10);
  await ended(platform, "hung", 3);
  await add("hung", 1, 0, "endless");
  await add("hung", 3, 10);

  await queue("paused").pause();
  await add("paused", 5, 10);
  await add("unmanned", 5, 10);
  await queue("overdue").addBulk(
    Array.from({ length: 5 }, () => ({ name: "work", data: { runMs: 10 }, opts: { delay: 500 } })),
  );

  for (const name of ["killed", "frozen"] as const) {
    // Some have ended, and some run when it happens.
    await add(name, 10, 300);
    await ended(platform, name, 2);
    workers[name].process.kill(name === "killed" ? "SIGKILL" : "SIGSTOP");
    await add(name, 5, 300);
  }

  await redis.away?.kill();
  redis.frozen?.freeze();
  proxy.delay(75);
  await fill(redis.full?.url ?? "");
  return going;
}

/** Adds as many tasks to `burst` as its worker needs 25 seconds for, and resolves when Prometheus sees them become fewer. */
export async function stageBurst({ prometheus, queue }: StagedPlatform): Promise<void> {
  await queue("burst").addBulk(Array.from({ length: 250 }, () => ({ name: "work", data: { runMs: 200 } })));
  await prometheus.waitFor(`${BURST} > 20 and deriv(${BURST}[4s]) < 0`, (samples) => samples.length === 1);
}

/** Resolves when Prometheus sees that nothing of the burst is left. */
export async function burstIsOver({ prometheus }: StagedPlatform): Promise<void> {
  await prometheus.waitFor(BURST, ([length]) => length?.value === 0);
}

/** Ends every condition of the brokers. */
export async function healBrokers({ proxy, redis }: StagedPlatform): Promise<void> {
  proxy.delay(0);
  redis.frozen?.resume();
  await redis.away?.restart();
  const client = new Redis(redis.full?.url ?? "");
  await client.config("SET", "maxmemory", "0");
  client.disconnect();
}

async function ended({ queue }: StagedPlatform, name: string, count: number): Promise<void> {
  await waitUntil(async () => ((await queue(name).getJobCounts("completed")).completed ?? 0) >= count, {
    what: `tasks of ${name} to end`,
  });
}

/** Writes to a server that evicts nothing until it refuses. */
async function fill(url: string): Promise<void> {
  const client = new Redis(url);
  try {
    await client.config("SET", "maxmemory-policy", "noeviction");
    await client.config("SET", "maxmemory", "8mb");
    let refusal = "";
    for (let index = 0; refusal === ""; index += 1) {
      await client.set(`report:${index}`, "x".repeat(16_000)).catch((error: Error) => {
        refusal = error.message;
      });
    }
    if (!refusal.startsWith("OOM")) throw new Error(`The server refused for another reason: ${refusal}`);
  } finally {
    client.disconnect();
  }
}
