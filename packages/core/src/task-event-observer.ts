import type { BatchObservableCallback, Meter } from "@opentelemetry/api";
import { contract } from "./contract.ts";
import { createObservableCounter, createObservableGauge } from "./instruments.ts";

/** Events of one broker that are being read, as the gauges about them see it. */
export interface TaskEventSource {
  /** Name of the broker, as the user gave it. */
  readonly broker: string;
  /** Unix time of the last event, in seconds; `undefined` before the first. */
  readonly lastEventAtSeconds: number | undefined;
  /** Events that are known to have been missed so far; never falls. */
  readonly missed: number;
  /** Workers alive by the label of their queue; empty where that is not known at this moment. */
  workers(): ReadonlyMap<string, number>;
}

/** What {@link observeTaskEvents} needs. */
export interface TaskEventObserverOptions {
  /** Meter of the gauges; it must report exactly what a callback observed, nothing older. */
  readonly observables: Meter;
  /** The sources; several may be of one broker. Asked anew at each collection. */
  readonly sources: () => Iterable<TaskEventSource>;
}

/** Registers the gauges of event readers. Returns a function that takes them back. */
export function observeTaskEvents({ observables, sources }: TaskEventObserverOptions): () => void {
  // Readers of queues report workers as well, of other queues: an instrument of one name shares its storage.
  const workers = createObservableGauge(observables, contract.workers);
  const timestamp = createObservableGauge(observables, contract.eventsTimestamp);
  const missed = createObservableCounter(observables, contract.eventsMissed);
  const instruments = [workers, timestamp, missed];
  const observe: BatchObservableCallback = (into) => {
    const byQueue = new Map<string, number>();
    const byBroker = new Map<string, { at: number | undefined; missed: number }>();
    for (const source of sources()) {
      // Several frameworks may have their events on one broker.
      const { at, missed: others } = byBroker.get(source.broker) ?? { at: undefined, missed: 0 };
      const latest = Math.max(at ?? 0, source.lastEventAtSeconds ?? 0);
      byBroker.set(source.broker, { at: latest === 0 ? undefined : latest, missed: others + source.missed });
      for (const [queue, count] of source.workers()) byQueue.set(queue, (byQueue.get(queue) ?? 0) + count);
    }
    for (const [broker, { at, missed: sum }] of byBroker) {
      if (at !== undefined) into.observe(timestamp, at, { broker });
      into.observe(missed, sum, { broker });
    }
    for (const [queue, count] of byQueue) into.observe(workers, count, { queue });
  };
  observables.addBatchObservableCallback(observe, instruments);
  return () => observables.removeBatchObservableCallback(observe, instruments);
}
