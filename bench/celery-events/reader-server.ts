import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { observeCeleryEvents } from "@taskvitals/redis";
import { startTaskVitals } from "taskvitals";
import { collectGarbage } from "../collect-garbage.ts";

/** A process that reads the events of a broker and does nothing else. `/state` tells what it has read and used so far. */
const [url = ""] = process.argv.slice(2);
const vitals = await startTaskVitals({ serviceName: "bench", endpoint: false, environment: {} });
const { tasks } = vitals;
let ended = 0;
const events = await observeCeleryEvents({
  broker: "default",
  connection: url,
  path: "redis",
  // Every other call goes to the recorder as it is.
  tasks: Object.assign(Object.create(tasks) as typeof tasks, {
    start: tasks.start.bind(tasks),
    record(finished: Parameters<typeof tasks.record>[0]): void {
      ended += 1;
      tasks.record(finished);
    },
  }),
  onProblem: (operation, message) => process.stderr.write(`${operation}: ${message}\n`),
});

/** What the process has read and used. */
export interface ReaderState {
  readonly connected: boolean;
  /** Tasks that were read to their end. */
  readonly ended: number;
  readonly missed: number;
  readonly trackedTasks: number;
  readonly cpuMs: number;
  /** Live heap after a collection. */
  readonly heapBytes: number;
  /** When this was taken, on a monotonic clock of the process, in milliseconds. */
  readonly atMs: number;
}

function state(withHeap: boolean): ReaderState {
  const { user, system } = process.cpuUsage();
  const { connected, missed, trackedTasks } = events;
  const atMs = performance.now();
  if (withHeap) collectGarbage();
  const heapBytes = withHeap ? process.memoryUsage().heapUsed : 0;
  return { connected, ended, missed, trackedTasks, cpuMs: (user + system) / 1000, heapBytes, atMs };
}

const server = createServer((request, response) => {
  response.end(JSON.stringify(state(request.url === "/state?heap")));
}).listen(0, "127.0.0.1", () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`));
process.once("SIGTERM", () => {
  server.closeAllConnections();
  server.close();
  void events.shutdown();
  void vitals.shutdown();
});
