import { setTimeout as sleep } from "node:timers/promises";
import type { CeleryEvents } from "@taskvitals/redis";
import type { CeleryFinding, Finding } from "./check-report.ts";

/** How long to listen for a worker, in milliseconds: each sends a heartbeat every two seconds. */
const LISTEN_MS = 6000;
/** How long to listen to those that are there: what they say of themselves is compared over some heartbeats. */
const COMPARE_MS = 12_000;
const PAUSE_MS = 100;

/**
 * Listens until every worker has shown itself: by a heartbeat, which all of them send, and by running tasks and sending no events about them, which
 * takes some heartbeats to tell. A worker that runs nothing meanwhile cannot be told.
 */
export async function listenForCelery(events: CeleryEvents): Promise<CeleryFinding> {
  const from = performance.now();
  const isOver = (): boolean => {
    if (events.silentWorkers().length > 0) return true;
    const waitedMs = performance.now() - from;
    return waitedMs > (events.lastEventAtSeconds === undefined ? LISTEN_MS : COMPARE_MS);
  };
  while (!isOver()) await sleep(PAUSE_MS);
  const seen = events.lastEventAtSeconds !== undefined;
  const silentWorkers = events.silentWorkers();
  return {
    broker: events.broker,
    seen,
    listenedSeconds: Math.round((performance.now() - from) / 1000),
    workers: events.workerNames(),
    announcingWorkers: events.announcingWorkers(),
    silentWorkers,
    problems: problemsOf(events, seen, silentWorkers),
  };
}

function problemsOf({ connected }: CeleryEvents, seen: boolean, silent: readonly string[]): readonly Finding[] {
  if (!connected) {
    return [{ reason: "refused", detail: "the events cannot be read", remedy: "See the broker's own problem." }];
  }
  if (!seen) {
    return [
      {
        reason: "no_events",
        detail: `no event of a Celery worker came in ${LISTEN_MS / 1000} s`,
        remedy:
          "Start the workers with -E (or worker_send_task_events = True), and check that they use this server, this database and this globalKeyprefix.",
      },
    ];
  }
  if (silent.length === 0) return [];
  const remedy = "Start them with -E (or worker_send_task_events = True): until then their tasks are not counted.";
  return [{ reason: "no_task_events", detail: `workers send no task events: ${silent.join(", ")}`, remedy }];
}
