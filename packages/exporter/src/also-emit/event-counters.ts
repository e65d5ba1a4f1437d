import { type Attributes, type Counter, type Histogram, type Meter, ValueType } from "@opentelemetry/api";
import { type CountedEvent, OLD_RUNTIME_BOUNDS, oldCounters, oldRuntime } from "./old-metrics.ts";
import type { LabelledEvent } from "./task-labels.ts";

/** Label sets of one host. */
interface HostSeries {
  /** By name and queue. */
  readonly tasks: Map<string, Attributes>;
  /** Of failures alone: by name, queue and exception. */
  readonly failures: Map<string, Attributes>;
  countedMs: number;
}

/** What the meter of the SDK can do beside the standard interface. */
interface Forgetful {
  bind(attributes: Attributes): unknown;
  removeSeries(attributes: Attributes): unknown;
}

/** After how long without an event the series of a host end that has no worker: those of producers. */
const IDLE_MS = 24 * 60 * 60_000;
/** Label sets that are declared and can be ended; the meter has a bound of its own for those that are counted. */
const MAX_SETS = 20_000;

/** Counts events under their old names: one series per name of task, host and queue, as many as the SDK has of its own at most. */
export class EventCounters {
  readonly #counters: ReadonlyMap<CountedEvent, Counter>;
  readonly #runtime: Histogram;
  readonly #hosts = new Map<string, HostSeries>();
  #sets = 0;

  /** Creates the instruments. */
  constructor(meter: Meter) {
    const options = { valueType: ValueType.INT };
    this.#counters = new Map(
      (Object.keys(oldCounters) as CountedEvent[]).map((type) => {
        const { description, name } = oldCounters[type];
        return [type, meter.createCounter(name, { ...options, description })];
      }),
    );
    const advice = { explicitBucketBoundaries: [...OLD_RUNTIME_BOUNDS] };
    // Without a unit: a Collector would append it to the name.
    this.#runtime = meter.createHistogram(oldRuntime.name, { description: oldRuntime.description, advice });
  }

  /** Counts one event. What a worker tells declares all series of its task at 0, as the old exporter does and its dashboards need. */
  count({ exception, hostname, name, queueName, runtimeSeconds, type }: LabelledEvent, nowMs: number): void {
    const labels: Attributes = { name, hostname, queue_name: queueName };
    const host = this.#host(hostname);
    host.countedMs = nowMs;
    const key = JSON.stringify([name, queueName]);
    if (!host.tasks.has(key)) {
      // Producers are many: each would have eight series where it needs one.
      if (type !== "task-sent") this.#declare(labels);
      this.#keep(host.tasks, type === "task-sent" ? `sent ${key}` : key, labels);
    }
    if (type === "task-failed") {
      const ofFailure = { ...labels, exception };
      this.#keep(host.failures, JSON.stringify([name, queueName, exception]), ofFailure);
      this.#counters.get(type)?.add(1, ofFailure);
      return;
    }
    this.#counters.get(type)?.add(1, labels);
    if (runtimeSeconds !== undefined) this.#runtime.record(runtimeSeconds, labels);
  }

  /** Ends the series of a host. */
  forgetHost(hostname: string): void {
    const host = this.#hosts.get(hostname);
    if (host === undefined) return;
    this.#hosts.delete(hostname);
    this.#sets -= host.tasks.size + host.failures.size;
    for (const labels of host.tasks.values()) {
      for (const counter of this.#counters.values()) remove(counter, labels);
      remove(this.#runtime, labels);
    }
    for (const labels of host.failures.values()) remove(this.#counters.get("task-failed"), labels);
  }

  /** Ends the series of hosts that have no worker and have been silent for a day. */
  forgetIdle(nowMs: number, hasWorker: (hostname: string) => boolean): void {
    for (const [hostname, { countedMs }] of this.#hosts) {
      if (nowMs - countedMs > IDLE_MS && !hasWorker(hostname)) this.forgetHost(hostname);
    }
  }

  /** Ends every series. */
  clear(): void {
    for (const hostname of [...this.#hosts.keys()]) this.forgetHost(hostname);
  }

  #host(hostname: string): HostSeries {
    const known = this.#hosts.get(hostname);
    if (known !== undefined) return known;
    const host: HostSeries = { tasks: new Map(), failures: new Map(), countedMs: 0 };
    this.#hosts.set(hostname, host);
    return host;
  }

  #declare(labels: Attributes): void {
    for (const counter of this.#counters.values()) counter.add(0, labels);
    (this.#runtime as Partial<Forgetful>).bind?.(labels);
  }

  #keep(sets: Map<string, Attributes>, key: string, labels: Attributes): void {
    if (this.#sets >= MAX_SETS || sets.has(key)) return;
    sets.set(key, labels);
    this.#sets += 1;
  }
}

function remove(instrument: Counter | Histogram | undefined, labels: Attributes): void {
  (instrument as Partial<Forgetful> | undefined)?.removeSeries?.(labels);
}
