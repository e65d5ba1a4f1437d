import type { ThresholdValues } from "../thresholds.ts";
import { amount, time } from "./evidence-text.ts";
import type { Finding } from "./finding.ts";
import type { QueueObservation } from "./queue-observation.ts";

/** Times the spread of random arrivals that a growth must exceed, to be one. */
const BEYOND_CHANCE = 2;

/** Work that waits for too long, or of which more arrives than is worked off. */
export function backlog(seen: QueueObservation, values: ThresholdValues): Finding | undefined {
  const { oldestAgeSeconds = 0, ready = 0, running, slots } = seen;
  if (ready === 0) return undefined;
  const busy = slots !== undefined && slots > 0 && running !== undefined && running / slots >= values.saturationRatio;
  const grows = growing(seen, values);
  const old = oldestAgeSeconds > values.oldestTaskSeconds;
  if (!grows && !old) return undefined;
  const because = grows
    ? `it has grown by ${amount(seen.readyChange ?? 0, "task")} in ${time(seen.watchedSeconds)} and does not shrink`
    : `the oldest task has waited for ${time(oldestAgeSeconds)} (limit ${time(values.oldestTaskSeconds)})`;
  return {
    verdict: "backlog",
    cause: grows ? "growing" : "too_old",
    because: busy ? `${because}, with all ${slots} slots busy` : because,
    next: busy
      ? "Scale out: start more workers, or give each more slots if their CPU is not the limit."
      : "Compare arrival with service: slow tasks, workers that wait for something outside, a rate limit, or too few workers.",
    alert: grows ? (busy ? "TaskSlotsExhausted" : "TaskQueueGrowing") : "TaskQueueOldestTaskTooOld",
  };
}

/** Growth that goes on, that would exceed the limit within the window, and that chance does not explain. */
function growing(seen: QueueObservation, { growthMinTasks, growthWindowSeconds }: ThresholdValues): boolean {
  const { ended = 0, readyChange = 0, readyChangeLately, watchedSeconds } = seen;
  if (watchedSeconds === 0 || readyChange <= 0) return false;
  // A burst grows, too, before it drains.
  if (readyChangeLately === undefined || readyChangeLately < 0) return false;
  // Arrivals and ends at random move the length by about the root of how many there were.
  const chance = BEYOND_CHANCE * Math.sqrt(2 * ended + readyChange);
  const within = Math.max(readyChange, (readyChange / watchedSeconds) * growthWindowSeconds);
  return readyChange > chance && within > growthMinTasks;
}
