import { setTimeout as wait } from "node:timers/promises";
import { serveAnswers } from "../shared-totals/served-answers.ts";
import { type SimulatedWorker, startWorker, type WayOut } from "./simulated-worker.ts";
import { countTraffic } from "./socket-traffic.ts";

/**
 * Many workers in one process. Each ends a task of each of its kinds per interval, so that everything it shows has changed since the last time.
 * `/targets` says where they are scraped, `/usage` what they have used so far.
 */
const [way = "none", count = "1", interval = "1000", target = ""] = process.argv.slice(2);
const intervalMs = Number(interval);
const SLICES = 10;
let askedPort: number | undefined;
const traffic = countTraffic(() => askedPort);
const workers: SimulatedWorker[] = [];

// Spread over the interval, as processes are that nobody starts at once.
const startedAt = performance.now();
for (let number = 0; number < Number(count); number++) {
  const early = startedAt + (number * intervalMs) / Number(count) - performance.now();
  if (early > 1) await wait(early);
  workers.push(await startWorker(way as WayOut, number, intervalMs, target));
}
let ticks = 0;
const working = setInterval(() => {
  ticks += 1;
  const durationSeconds = 0.004 * 1.7 ** (ticks % 25);
  for (let index = ticks % SLICES; index < workers.length; index += SLICES) workers[index]?.work(durationSeconds);
}, intervalMs / SLICES);

serveAnswers({
  work: {
    "/targets": async () => ({ urls: workers.map(({ url }) => url) }),
    "/usage": async (given) => {
      askedPort = Number(given.get("port"));
      const { user, system } = process.cpuUsage();
      return {
        cpuMs: (user + system) / 1000,
        rssBytes: process.memoryUsage.rss(),
        bytes: traffic.bytes(),
        exchanges: traffic.exchanges(),
        failures: traffic.failures(),
      };
    },
  },
  end: async () => {
    clearInterval(working);
    await Promise.all(workers.map((worker) => worker.shutdown()));
  },
});
