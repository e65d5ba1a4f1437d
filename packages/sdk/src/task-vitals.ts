import type { Meter, MeterProvider } from "@opentelemetry/api";
import type { QueueReading, TaskRecorder } from "@taskvitals/core";
import type { EndpointServer, FetchHandler, LivePageOptions, NodeHandler } from "./endpoint/index.ts";
import type { Queues } from "./queue-registry.ts";
import type { TaskEvents } from "./task-events.ts";
import type { TaskTotals } from "./task-totals.ts";

/** Running vital signs, as {@link startTaskVitals} returns them. */
export interface TaskVitals extends AsyncDisposable {
  /** Counts and times tasks. */
  readonly tasks: TaskRecorder;
  /** What the tasks have come to, for who keeps it elsewhere. Empty beside a meter provider of the caller's. */
  readonly totals: TaskTotals;
  /** For readers of task events, such as `observeCeleryEvents`: reports about them, beside the tasks that they record. */
  readonly events: TaskEvents;
  /** The queues that are read; they may change at run time. */
  readonly queues: Queues;
  /**
   * What the queues are like now, as far as they could be read: asked inside a callback of an observable instrument, it is the reading that the same page shows,
   * and costs the brokers nothing more. Empty beside a meter provider of the caller's that has no metric producer. Never rejects.
   */
  readQueues(): Promise<readonly QueueReading[]>;
  /**
   * The live page, for an application's own server: mount it at a path and everything below it, such as `/vitals/*` in Fastify or Express. It follows the rules of the
   * endpoint, whose options it does not take: give credentials here. The first call begins to read every five seconds, as the endpoint's page does by itself.
   *
   * @throws TaskVitalsError `INVALID_OPTION` for unusable credentials, and beside `meterProvider`, whose numbers are not ours to show
   */
  livePage(options?: LivePageOptions): NodeHandler;
  /** The meter provider for what the application measures itself; its metrics are on the same page. */
  readonly meterProvider: MeterProvider;
  /** The listening endpoint; `undefined` where there is none. */
  readonly endpoint: Pick<EndpointServer, "url" | "livePageUrl" | "host" | "port"> | undefined;
  /** Serves the page in `node:http`, Express, NestJS or Fastify: `app.get("/metrics", vitals.nodeHandler)`. */
  readonly nodeHandler: NodeHandler;
  /** Serves the page in Hono and other fetch-style servers: `app.get("/metrics", vitals.fetchHandler)`. */
  readonly fetchHandler: FetchHandler;
  /** Pushes over OTLP what is due now, and writes what is shared, where they are on. Never rejects; a failure is counted and warned of once. */
  flush(): Promise<void>;
  /**
   * Serve the page of the totals that all processes share, which the endpoint has at `<path>/shared`. Where `sharedTotals` is off they answer 503
   * and say so.
   */
  readonly sharedHandlers: {
    /** For `node:http`, Express, NestJS or Fastify. */
    readonly node: NodeHandler;
    /** For Hono and other fetch-style servers. */
    readonly fetch: FetchHandler;
  };
  /**
   * Meter of the application's own counters and histograms that are to be added up over all processes, beside those of tasks. Create them in every process
   * that shows totals, or their description and unit are missing there. Its other instruments, and all of them where `sharedTotals` is off, are
   * this process's own and on its page.
   */
  readonly sharedMeter: Meter;
  /**
   * Flushes OTLP and what is shared, closes the endpoint and our own connections, never yours. Idempotent; ends within about 5 s whatever hangs;
   * never rejects. Afterwards recording does nothing and wrapped functions keep working.
   */
  shutdown(): Promise<void>;
}
