import type { BatchObservableCallback, Meter, Observable } from "@opentelemetry/api";
import type { CeleryEvent, CeleryEvents } from "@taskvitals/redis";
import type { TaskVitals } from "taskvitals";
import { EventCounters } from "./event-counters.ts";
import { type OldGauge, type OldMetric, oldGauges } from "./old-metrics.ts";
import { WorkersByQueue } from "./queue-workers.ts";
import { TaskLabels } from "./task-labels.ts";
import { WorkerHosts } from "./worker-hosts.ts";

/** What {@link CeleryExporterNames} needs. */
export interface CeleryExporterNamesOptions {
  readonly vitals: Pick<TaskVitals, "readQueues" | "sharedMeter">;
  /** The name of the Celery queue that has a `queue` label; `undefined` where it is another framework's. */
  readonly queueName: (label: string) => string | undefined;
  /** Whether counters end with the events they are counted by: of several replicas, one counts. */
  readonly endsWithEvents: boolean;
  /** Unix time in milliseconds. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** Where the events of one broker go to. */
export interface EventTap {
  /** Takes every event that is read. Never throws. */
  readonly onEvent: (event: CeleryEvent, readAtMs: number) => void;
  /** Says who reads them, from when on there are gauges. */
  attach(events: Pick<CeleryEvents, "connected" | "workerAnswers">): void;
  /** Ends it. Idempotent. */
  close(): void;
}

interface OpenTap {
  readonly labels: TaskLabels;
  readonly hosts: WorkerHosts;
  readonly workers: WorkersByQueue;
  events: Pick<CeleryEvents, "connected" | "workerAnswers"> | undefined;
  /** Since when events come, as far as that was looked at. */
  sinceMs: number;
}

/** The metrics of danihodovic/celery-exporter beside ours, for as long as dashboards ask for them. There are none while no events are read. */
export class CeleryExporterNames {
  readonly #options: CeleryExporterNamesOptions;
  readonly #counters: EventCounters;
  readonly #gauges: Readonly<Record<OldGauge, Observable>>;
  readonly #taps = new Set<OpenTap>();

  /** Creates the instruments, which are on the page from now on. */
  constructor(options: CeleryExporterNamesOptions) {
    this.#options = options;
    const meter = options.vitals.sharedMeter;
    this.#counters = new EventCounters(meter);
    this.#gauges = createGauges(meter);
    meter.addBatchObservableCallback((into) => this.#observe(into), Object.values(this.#gauges));
  }

  /**
   * Begins with the events of one broker.
   *
   * @param taskQueues - queues by name of task, for tasks that no producer announces
   */
  open(taskQueues: Readonly<Record<string, string>>): EventTap {
    const tap: OpenTap = {
      labels: new TaskLabels({
        taskQueues,
        onLabelled: (event) => this.#counters.count(event, this.#now()),
      }),
      hosts: new WorkerHosts(),
      workers: new WorkersByQueue(),
      events: undefined,
      sinceMs: this.#now(),
    };
    this.#taps.add(tap);
    return {
      onEvent: (event, readAtMs) => {
        if (!this.#taps.has(tap)) return;
        tap.labels.take(event, readAtMs);
        tap.hosts.take(event, readAtMs);
      },
      attach: (events) => {
        tap.events = events;
      },
      close: () => {
        if (!this.#taps.delete(tap)) return;
        tap.labels.settle(Number.POSITIVE_INFINITY);
        if (this.#options.endsWithEvents) this.#counters.clear();
      },
    };
  }

  readonly #observe: BatchObservableCallback = async (into) => {
    const nowMs = this.#now();
    const heard: OpenTap[] = [];
    for (const tap of this.#taps) {
      tap.labels.settle(nowMs);
      if (tap.events?.connected === true) {
        heard.push(tap);
        for (const host of tap.hosts.sweep(nowMs, tap.sinceMs)) this.#forget(host);
      } else tap.sinceMs = nowMs;
    }
    this.#counters.forgetIdle(nowMs, (host) => this.#hasWorker(host));
    // What nobody is heard of is not known.
    for (const [hostname, { active, isUp }] of mergedHosts(heard)) {
      into.observe(this.#gauges.workerUp, Number(isUp), { hostname });
      into.observe(this.#gauges.workerTasksActive, active, { hostname });
    }
    for (const [queue_name, { processes, workers }] of mergedQueues(heard)) {
      into.observe(this.#gauges.activeWorkerCount, workers, { queue_name });
      into.observe(this.#gauges.activeProcessCount, processes, { queue_name });
    }
    if (this.#taps.size === 0) return;
    for (const { queue, ready } of await this.#options.vitals.readQueues()) {
      const queue_name = this.#options.queueName(queue);
      if (queue_name !== undefined && ready !== undefined) {
        into.observe(this.#gauges.queueLength, ready, { queue_name });
      }
    }
  };

  #forget(host: string): void {
    if (!this.#hasWorker(host)) this.#counters.forgetHost(host);
  }

  #hasWorker(host: string): boolean {
    for (const { hosts } of this.#taps) if (hosts.has(host)) return true;
    return false;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

function createGauges(meter: Meter): Readonly<Record<OldGauge, Observable>> {
  const create = ({ description, name }: OldMetric): Observable => meter.createObservableGauge(name, { description });
  return {
    workerUp: create(oldGauges.workerUp),
    workerTasksActive: create(oldGauges.workerTasksActive),
    queueLength: create(oldGauges.queueLength),
    activeWorkerCount: create(oldGauges.activeWorkerCount),
    activeProcessCount: create(oldGauges.activeProcessCount),
  };
}

/** A host may have workers on several brokers. */
function mergedHosts(taps: readonly OpenTap[]): ReturnType<WorkerHosts["states"]> {
  const merged = new Map<string, { readonly isUp: boolean; readonly active: number }>();
  for (const [host, { active, isUp }] of taps.flatMap(({ hosts }) => [...hosts.states()])) {
    const { active: others = 0, isUp: isAnyUp = false } = merged.get(host) ?? {};
    merged.set(host, { isUp: isUp || isAnyUp, active: active + others });
  }
  return merged;
}

function mergedQueues(taps: readonly OpenTap[]): ReturnType<WorkersByQueue["count"]> {
  const merged = new Map<string, { readonly workers: number; readonly processes: number }>();
  const found = taps.flatMap(({ events, workers }) => [...workers.count(events?.workerAnswers() ?? new Map())]);
  for (const [queue, { processes, workers }] of found) {
    const others = merged.get(queue) ?? { workers: 0, processes: 0 };
    merged.set(queue, { workers: workers + others.workers, processes: processes + others.processes });
  }
  return merged;
}
