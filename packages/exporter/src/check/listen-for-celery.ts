import { setTimeout as sleep } from "node:timers/promises";
import type { CeleryEvents } from "@taskvitals/redis";
import type { CeleryFinding, Finding } from "./check-report.ts";

/** How long to listen, in milliseconds: a worker that sends events sends a heartbeat every two seconds. */
const LISTEN_MS = 6000;
const PAUSE_MS = 100;

/** Listens until there is an event, or until there would have been one. */
export async function listenForCelery(events: CeleryEvents): Promise<CeleryFinding> {
  const end = performance.now() + LISTEN_MS;
  while (events.lastEventAtSeconds === undefined && performance.now() < end) await sleep(PAUSE_MS);
  const seen = events.lastEventAtSeconds !== undefined;
  const silentWorkers = events.silentWorkers();
  return { broker: events.broker, seen, silentWorkers, problems: problemsOf(events, seen, silentWorkers) };
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
