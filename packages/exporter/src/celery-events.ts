import { type CeleryEvents, type DuplicableClient, observeCeleryEvents } from "@taskvitals/redis";
import type { TaskVitals } from "taskvitals";
import type { EventTap } from "./also-emit/celery-exporter-names.ts";
import type { OpenBroker } from "./brokers/open-broker.ts";
import type { CeleryEventsSettings, ConfiguredQueue } from "./configuration/exporter-configuration.ts";
import { misconfigured } from "./configuration/misconfigured.ts";
import type { EventSource } from "./event-source.ts";
import { RenewedEvents } from "./renewed-events.ts";

/** What the events of Celery are read with. */
export interface CeleryEventsSurroundings {
  readonly broker: OpenBroker;
  /** The queues that are read; those of Celery may have labels of their own. */
  readonly queues: readonly ConfiguredQueue[];
  readonly vitals: Pick<TaskVitals, "events" | "tasks">;
  /** Begins with the old names for these events, where they are asked for. */
  readonly openTap?: ((taskQueues: Readonly<Record<string, string>>) => EventTap) | undefined;
}

/** Events of Celery, as a source that is kept. */
export type CeleryEventSource = CeleryEvents & EventSource;

/** By what the events of these settings are told apart. */
export function celeryKey({ broker, globalKeyprefix = "" }: CeleryEventsSettings): string {
  return globalKeyprefix === "" ? `celery:${broker}` : `celery:${broker}:${globalKeyprefix}`;
}

/**
 * Counts tasks by the events of Celery's workers on one broker.
 *
 * @param where - the flag, variable or key that asks for it
 * @param kept - where an earlier reader was
 * @throws TaskVitalsError `INVALID_OPTION` for a Cluster, which Celery cannot use
 */
export async function startCeleryEvents(
  settings: CeleryEventsSettings,
  where: string,
  { broker, openTap, queues, vitals }: CeleryEventsSurroundings,
  kept: unknown,
): Promise<CeleryEventSource> {
  const { connection } = broker;
  if (typeof connection !== "string" && "nodes" in connection) {
    throw misconfigured({ where, expected: `events of one server; broker "${broker.name}" is a Cluster` });
  }
  const tap = openTap?.(settings.taskQueues ?? {});
  const listen = (position: unknown): Promise<CeleryEvents> =>
    observeCeleryEvents({
      broker: broker.name,
      connection: broker.connection as string | DuplicableClient,
      path: broker.where,
      tasks: vitals.tasks,
      globalKeyprefix: settings.globalKeyprefix,
      taskQueues: settings.taskQueues,
      queueLabels: celeryLabels(broker.name, queues),
      inspect: settings.inspect ? {} : false,
      kept: position,
      onEvent: tap?.onEvent,
      onProblem: vitals.events.onProblem,
    });
  const events = new RenewedEvents(celeryKey(settings), await listen(kept), listen);
  tap?.attach(events);
  const remove = vitals.events.add(events);
  const stopRenewing = broker.onRenewal(() => events.renew());
  events.onEnd(() => {
    stopRenewing();
    remove();
    tap?.close();
  });
  return events;
}

/** One label per queue, whoever reports it. */
function celeryLabels(broker: string, queues: readonly ConfiguredQueue[]): Readonly<Record<string, string>> {
  const labels = queues.flatMap(({ source }): (readonly [string, string])[] =>
    source.kind === "queue" && source.layout === "celery" && source.broker === broker
      ? [[source.name, source.label]]
      : [],
  );
  return Object.fromEntries(labels);
}
