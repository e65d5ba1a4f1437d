import { LoopShare, type QueueReadFailure, type QueueReading, type ReadProblem } from "@taskvitals/core";
import type { QueueLayout } from "../layouts/queue-layout.ts";
import type { QueueOutcome } from "./read-queues.ts";

/** The outcomes of queues as their readers see them; gives the event loop back every few milliseconds. */
export async function toReadings(
  outcomes: readonly QueueOutcome[],
  readAtSeconds: number,
): Promise<(QueueReading | QueueReadFailure)[]> {
  const share = new LoopShare();
  const readings: (QueueReading | QueueReadFailure)[] = [];
  for (const outcome of outcomes) {
    readings.push(toReading(outcome, readAtSeconds));
    if (share.isUsed()) await share.pause();
  }
  return readings;
}

function toReading(outcome: QueueOutcome, readAtSeconds: number): QueueReading | QueueReadFailure {
  const { label: queue, layout, name } = outcome.queue;
  if ("failed" in outcome) return { ok: false, queue, ...outcome.failed };
  const { ready, states = {}, oldestAgeSeconds, paused, workers, absent } = outcome.reading;
  const problems = absent === undefined ? outcome.problems : [...outcome.problems, missing(absent, layout, name)];
  return { ok: true, queue, ready, states, oldestAgeSeconds, paused, workers, readAtSeconds, problems };
}

function missing(absent: "framework" | "queue", { framework }: QueueLayout, name: string): ReadProblem {
  return absent === "framework"
    ? {
        reason: "framework_missing",
        detail: `nothing of ${framework} is there; is it another database, prefix or server?`,
      }
    : {
        reason: "queue_missing",
        detail: `${framework} has no queue ${JSON.stringify(name)} there (yet); is the name right, and the prefix?`,
      };
}
