import type { QueueReadFailure } from "@taskvitals/core";

/** Failures that are the broker's, and so the same for all its queues. */
const OF_BROKER: ReadonlySet<QueueReadFailure["reason"]> = new Set(["timeout", "refused", "auth", "loading"]);

/**
 * Warns of queues that cannot be read: once per broker and reason, and once per queue where it is the queue's own fault. Each
 * failure is counted elsewhere; the log only has to say that there is something to look at.
 */
export function warnOfReadFailures(
  warn: (message: string) => void,
): (broker: string, failure: QueueReadFailure) => void {
  const seen = new Set<string>();
  return (broker, { queue, reason, detail }) => {
    const ofBroker = OF_BROKER.has(reason);
    const cause = JSON.stringify(ofBroker ? [broker, reason] : [broker, reason, queue]);
    if (seen.has(cause) || seen.size >= MAX_REMEMBERED) return;
    seen.add(cause);
    const what = ofBroker ? `the queues of broker "${broker}"` : `queue ${JSON.stringify(queue)} of broker "${broker}"`;
    warn(`${what} cannot be read: ${reason} (${detail}). No samples until that changes.`);
  };
}

// Queues that come and go must not fill the memory.
const MAX_REMEMBERED = 200;
