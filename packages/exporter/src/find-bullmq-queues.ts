import { createRedisBroker, type DiscoverySpecification } from "@taskvitals/redis";
import type { TaskVitals } from "taskvitals";
import type { OpenBroker } from "./brokers/open-broker.ts";

/** How often the broker is asked, in milliseconds; it looks for queues at intervals of its own. */
const INTERVAL_MS = 2000;

/**
 * Looks for the queues of BullMQ on a broker, as long as nobody calls the function that it resolves with. None of them is read for it. Never rejects.
 */
export async function findBullmqQueues(
  { connection, name, where }: OpenBroker,
  source: DiscoverySpecification,
  listeners: {
    /** Told of the name of each queue, again and again as long as it is there. */
    readonly onFound: (name: string) => void;
    readonly onProblem: TaskVitals["events"]["onProblem"];
  },
): Promise<() => Promise<void>> {
  const { onFound, onProblem } = listeners;
  // Who may not claim a label does not read the queue: only its name is wanted.
  const claims = {
    claim: (label: string): boolean => {
      onFound(label);
      return false;
    },
    release: () => {},
  };
  const reader = await createRedisBroker({ name, connection, path: where }, { onProblem, claims });
  reader.add(source);
  void reader.read();
  const timer = setInterval(() => void reader.read(), INTERVAL_MS).unref();
  return async () => {
    clearInterval(timer);
    await reader.shutdown();
  };
}
