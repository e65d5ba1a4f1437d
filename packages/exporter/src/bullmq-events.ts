import { type BullmqEvents, type DuplicableClient, observeBullmqEvents } from "@taskvitals/redis";
import type { TaskVitals } from "taskvitals";
import type { OpenBroker } from "./brokers/open-broker.ts";
import type { BullmqEventsSettings, ConfiguredQueue } from "./configuration/exporter-configuration.ts";
import { misconfigured } from "./configuration/misconfigured.ts";
import type { EventSource } from "./event-source.ts";
import { findBullmqQueues } from "./find-bullmq-queues.ts";

/** What the events of BullMQ's queues are read with. */
export interface BullmqEventsSurroundings {
  readonly broker: OpenBroker;
  /** All queues that are read. */
  readonly queues: readonly ConfiguredQueue[];
  readonly vitals: Pick<TaskVitals, "events" | "tasks">;
}

/** Events of BullMQ's queues, as a source that is kept. */
export interface BullmqEventSource extends EventSource {
  readonly events: BullmqEvents;
}

/** By what the events of these settings are told apart. */
export function bullmqKey({ broker }: BullmqEventsSettings): string {
  return `bullmq:${broker}`;
}

/**
 * Counts tasks by the event streams of the BullMQ queues that are read on one broker, those that are found included.
 *
 * @param where - the flag, variable or key that asks for it
 * @param kept - where an earlier reader was
 * @throws TaskVitalsError `INVALID_OPTION` for a Cluster
 */
export async function startBullmqEvents(
  settings: BullmqEventsSettings,
  where: string,
  { broker, queues, vitals }: BullmqEventsSurroundings,
  kept: unknown,
): Promise<BullmqEventSource> {
  const { connection } = broker;
  if (typeof connection !== "string" && "nodes" in connection) {
    throw misconfigured({ where, expected: `event streams on one server; broker "${broker.name}" is a Cluster` });
  }
  const { onProblem } = vitals.events;
  const own = queues.filter(({ source }) => source.broker === broker.name);
  const events = await observeBullmqEvents({
    broker: broker.name,
    connection: broker.connection as string | DuplicableClient,
    path: broker.where,
    tasks: vitals.tasks,
    queues: own.flatMap(({ source }) =>
      source.kind === "queue" && source.layout === "bullmq"
        ? [{ name: source.name, prefix: String(source.fields.prefix), label: source.label }]
        : [],
    ),
    position: kept,
    onProblem,
  });
  // What has the label of another queue is not reported, and not counted either.
  const taken = new Set(queues.flatMap(({ source }) => (source.kind === "queue" ? [source.label] : [])));
  const finding = own.flatMap(({ source }) =>
    source.kind === "discovery" && source.layout === "bullmq"
      ? [
          findBullmqQueues(broker, source, {
            onProblem,
            onFound: (name) => {
              if (!taken.has(name)) events.add({ name, prefix: String(source.fields.prefix) }, true);
            },
          }),
        ]
      : [],
  );
  const remove = vitals.events.add(events);
  const stopRenewing = broker.onRenewal(() => events.reconnect());
  return {
    key: bullmqKey(settings),
    events,
    get missed() {
      return events.missed;
    },
    position: () => events.position(),
    async shutdown() {
      stopRenewing();
      remove();
      await Promise.all([events.shutdown(), ...finding.map(async (finder) => (await finder)())]);
    },
  };
}
