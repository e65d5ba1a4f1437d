import type { ReadFailureReason, ReadProblem } from "@taskvitals/core";

/** Failures that are the broker's, and so the same for all its queues. */
const OF_BROKER: ReadonlySet<ReadFailureReason> = new Set(["timeout", "refused", "auth", "loading"]);
/** What was read, and as 0, but perhaps in the wrong place. */
const NOT_FOUND: ReadonlySet<ReadFailureReason> = new Set(["framework_missing", "queue_missing", "key_missing"]);

/**
 * Warns of queues that cannot be read, or are not found: once per broker and reason, and once per queue where it is the queue's own
 * fault. Each problem is counted elsewhere; the log only has to say that there is something to look at.
 */
export function warnOfReadProblems(
  warn: (message: string) => void,
): (broker: string, queue: string, problem: ReadProblem) => void {
  const seen = new Set<string>();
  return (broker, queue, { reason, detail }) => {
    const ofBroker = OF_BROKER.has(reason);
    const cause = JSON.stringify(ofBroker ? [broker, reason] : [broker, reason, queue]);
    if (seen.has(cause) || seen.size >= MAX_REMEMBERED) return;
    seen.add(cause);
    const what = ofBroker ? `the queues of broker "${broker}"` : `queue ${JSON.stringify(queue)} of broker "${broker}"`;
    if (NOT_FOUND.has(reason)) warn(`${what}: ${reason} (${detail}).`);
    else if (detail.startsWith("in part:")) warn(`${what} can be read only ${detail} (${reason}).`);
    else warn(`${what} cannot be read: ${reason} (${detail}). No samples until that changes.`);
  };
}

// Queues that come and go must not fill the memory.
const MAX_REMEMBERED = 200;
