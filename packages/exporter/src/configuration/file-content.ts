import type { BucketOptions, CounterOptions, DeclaredTask, QueueOptions } from "taskvitals";
import type { BullmqEventsOptions, CeleryEventsOptions, LogFormat, OldExporter } from "./configuration-layer.ts";

/** The content of a configuration file. */
export interface FileContent {
  readonly serviceName?: string | undefined;
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** The broker named `default`, by its URL. */
  readonly redis?: string | undefined;
  readonly brokers?: Readonly<Record<string, string | FileBroker>> | undefined;
  readonly queues?: readonly (string | QueueOptions | CounterOptions)[] | undefined;
  readonly tasks?: readonly (string | DeclaredTask)[] | undefined;
  readonly celeryEvents?: boolean | CeleryEventsOptions | readonly CeleryEventsOptions[] | undefined;
  readonly bullmqEvents?: boolean | BullmqEventsOptions | readonly BullmqEventsOptions[] | undefined;
  /** The exporter whose metric names are shown beside ours: `celery-exporter`. Needs `celeryEvents`. Default none. */
  readonly alsoEmit?: OldExporter | undefined;
  /** Name of the lease by which replicas take turns at counting events. */
  readonly lease?: string | undefined;
  /** File in which totals survive a restart; relative to the folder of this one. */
  readonly totalsFile?: string | undefined;
  readonly buckets?: BucketOptions | undefined;
  readonly endpoint?: FileEndpoint | undefined;
  /** The page at `/` that shows the vital signs; `false` for none. */
  readonly livePage?: boolean | FileLivePage | undefined;
  readonly log?: { readonly format?: LogFormat | undefined } | undefined;
  readonly readDeadlineMs?: number | undefined;
  readonly maxSeries?: number | undefined;
  readonly maxQueues?: number | undefined;
  readonly hostVitals?: boolean | undefined;
  readonly runtimeMetrics?: boolean | undefined;
}

/** Where the page is served. */
export interface FileEndpoint {
  readonly listenAddress?: string | undefined;
  readonly path?: string | undefined;
  readonly webConfigFile?: string | undefined;
}

/** What the live page shows by, and to whom. Names of files are relative to the folder of this one. */
export interface FileLivePage {
  readonly thresholds?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
}

/** What the file says about one broker, where it is more than a URL. */
export interface FileBroker {
  readonly url?: string | undefined;
  readonly urlFile?: string | undefined;
  readonly cluster?: readonly string[] | undefined;
  readonly sentinels?: readonly string[] | undefined;
  /** The name that the Sentinels have for the master. */
  readonly name?: string | undefined;
  readonly db?: number | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  readonly sentinelUsername?: string | undefined;
  readonly sentinelPassword?: string | undefined;
  readonly sentinelPasswordFile?: string | undefined;
  readonly tls?: boolean | FileTls | undefined;
}

/** TLS of one broker. */
export interface FileTls {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly serverName?: string | undefined;
}
