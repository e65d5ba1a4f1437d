import type { CeleryEvents } from "@taskvitals/redis";
import type { Sourced } from "../configuration/configuration-layer.ts";
import type { ExporterConfiguration } from "../configuration/exporter-configuration.ts";
import type { Exporter } from "../exporter.ts";
import type { QueueSources } from "./queue-sources.ts";

/** What events tell of the queues, by label. */
export interface EventCoverage {
  /** Queues whose tasks are counted, be it that none ended yet. Those of Celery show that by their counters: events need not tell the queue. */
  readonly counted: ReadonlySet<string>;
  /** Queues whose workers all are gone: none was heard for so long that it would have been. */
  readonly deserted: ReadonlySet<string>;
  /** Why the tasks of a queue are not counted, or not all. */
  readonly gaps: ReadonlyMap<string, string>;
}

/** Each worker of Celery sends a heartbeat every two seconds. */
const HEARTBEATS_SECONDS = 6;

/** The configuration with events of all queues that have any; they are read and never written. What was asked for stays as it is. */
export function withEvents(configuration: ExporterConfiguration): ExporterConfiguration {
  const { brokers, queues } = configuration;
  const servers = [...brokers].flatMap(([name, { location }]) => (location.kind === "cluster" ? [] : [name]));
  const have = (layout: string, broker: string): boolean =>
    queues.some(({ source }) => source.kind !== "counter" && source.layout === layout && source.broker === broker);
  const missing = (layout: string, asked: readonly Sourced<{ readonly broker: string }>[]): readonly string[] =>
    servers.filter((name) => have(layout, name) && !asked.some(({ value }) => value.broker === name));
  return {
    ...configuration,
    celeryEvents: [
      ...configuration.celeryEvents,
      ...missing("celery", configuration.celeryEvents).map((broker) => ({
        value: { broker, inspect: false },
        where: "doctor",
      })),
    ],
    bullmqEvents: [
      ...configuration.bullmqEvents,
      ...missing("bullmq", configuration.bullmqEvents).map((broker) => ({ value: { broker }, where: "doctor" })),
    ],
  };
}

/** What the events that are read tell of the queues with these labels. */
export function eventCoverage(
  { bullmq, celery }: Pick<Exporter, "bullmq" | "celery">,
  sources: Pick<QueueSources, "lookup">,
  labels: readonly string[],
  listenedSeconds: number,
): EventCoverage {
  const counted = new Set<string>();
  const deserted = new Set<string>();
  const gaps = new Map<string, string>();
  for (const events of bullmq) {
    for (const { queue, state, why } of events.streams()) {
      if (state === "there" && events.connected) counted.add(queue);
      else if (state === "unreadable") gaps.set(queue, `its tasks are not counted: its events cannot be read (${why})`);
    }
  }
  const sourcesOf = sources.lookup();
  for (const label of labels) {
    const [source, another] = sourcesOf(label);
    if (another !== undefined || source?.layout !== "celery") continue;
    const events = celery.filter(({ broker }) => broker === source.broker);
    if (events.length === 0) continue;
    if (events.every((one) => isDeserted(one, listenedSeconds))) deserted.add(label);
    const silent = events.flatMap((one) => one.silentWorkers()).length;
    if (silent > 0) gaps.set(label, `${silent} of Celery's workers run without -E, and their tasks are not counted`);
  }
  return { counted, deserted, gaps };
}

/** Heartbeats come with and without `-E`. */
function isDeserted(events: CeleryEvents, listenedSeconds: number): boolean {
  return events.connected && listenedSeconds >= HEARTBEATS_SECONDS && events.workerNames().length === 0;
}
