import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** A stretch of time, in milliseconds since the epoch. */
interface Stretch {
  readonly began: number;
  readonly ended: number;
}

/** Another client of the server. */
export interface Pinger {
  /** Ends it; answers the latencies of pings that were under way at any time within the stretches, and of all others. */
  stop(stretches: readonly Stretch[]): Promise<{ readonly within: number[]; readonly outside: number[] }>;
}

/** Starts to ping the server on this loopback port, from a thread that does nothing else. */
export async function startPinger(port: number): Promise<Pinger> {
  const worker = new Worker(new URL("ping-thread.ts", import.meta.url), { workerData: port });
  await once(worker, "message");
  return {
    async stop(stretches) {
      worker.postMessage("stop");
      const [pings] = (await once(worker, "message")) as [[sentAt: number, ms: number][]];
      const isWithin = ([sentAt, ms]: readonly [number, number]): boolean =>
        stretches.some(({ began, ended }) => sentAt + ms >= began && sentAt <= ended);
      const { within = [], outside = [] } = Object.groupBy(pings, (ping) => (isWithin(ping) ? "within" : "outside"));
      return { within: within.map(([, ms]) => ms), outside: outside.map(([, ms]) => ms) };
    },
  };
}
