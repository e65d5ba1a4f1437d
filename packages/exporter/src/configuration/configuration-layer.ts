import type { BucketOptions, CounterOptions, DeclaredTask, QueueOptions } from "taskvitals";
import type { ListenAddress } from "./listen-address.ts";

/** A value, and where it was given: a flag, a variable, or a file with line and key. */
export interface Sourced<T> {
  readonly value: T;
  readonly where: string;
}

/** What one source says; the command line, the environment and the file are one each. What it leaves out is absent. */
export interface ConfigurationLayer {
  /** By name. */
  readonly brokers: Readonly<Record<string, BrokerLayer>>;
  readonly queues?: readonly Sourced<string | QueueOptions | CounterOptions>[] | undefined;
  readonly tasks?: Sourced<readonly (string | DeclaredTask)[]> | undefined;
  /** What is read of Celery's events; empty where they are switched off. */
  readonly celeryEvents?: readonly Sourced<CeleryEventsOptions>[] | undefined;
  readonly celeryInspect?: Sourced<boolean> | undefined;
  /** What is read of BullMQ's events; empty where they are switched off. */
  readonly bullmqEvents?: readonly Sourced<BullmqEventsOptions>[] | undefined;
  /** The exporter whose names are shown beside ours. */
  readonly alsoEmit?: Sourced<OldExporter> | undefined;
  /** Name of the lease by which replicas take turns. */
  readonly lease?: Sourced<string> | undefined;
  /** File in which totals survive a restart. */
  readonly totalsFile?: Sourced<string> | undefined;
  readonly listenAddress?: Sourced<ListenAddress> | undefined;
  readonly telemetryPath?: Sourced<string> | undefined;
  readonly webConfigFile?: Sourced<string> | undefined;
  /** What is said of the live page; `false` where there is to be none. */
  readonly livePage?: Sourced<LivePageLayer | false> | undefined;
  /** File of the thresholds that its verdicts rest on. */
  readonly livePageThresholds?: Sourced<string> | undefined;
  readonly logFormat?: Sourced<LogFormat> | undefined;
  readonly serviceName?: string | undefined;
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly limits: VitalsLimits;
}

/** An exporter whose names can be shown beside ours. */
export type OldExporter = "celery-exporter";

/** What one source says of the live page. */
export interface LivePageLayer {
  /** Who may see it, beside those of the web configuration file; the password is in a file, or here. */
  readonly user?:
    | {
        readonly name: string;
        readonly password?: string | undefined;
        readonly passwordFile?: Sourced<string> | undefined;
      }
    | undefined;
}

/** How lines of the log are written. */
export type LogFormat = "logfmt" | "json";

/** Settings that go to the SDK as they are. */
export interface VitalsLimits {
  readonly buckets?: BucketOptions | undefined;
  readonly readDeadlineMs?: number | undefined;
  readonly maxSeries?: number | undefined;
  readonly maxQueues?: number | undefined;
  readonly hostVitals?: boolean | undefined;
  readonly runtimeMetrics?: boolean | undefined;
}

/** What is read of the events of Celery's workers on one broker. */
export interface CeleryEventsOptions {
  /** Name of the broker. Default `default`. */
  readonly broker?: string | undefined;
  /** The transport option `global_keyprefix`. Default empty. */
  readonly globalKeyprefix?: string | undefined;
  /** Queue by task name, for tasks whose events do not say. */
  readonly taskQueues?: Readonly<Record<string, string>> | undefined;
  /** Ask the workers for their queues and pools. Default false: asking writes to the broker. */
  readonly inspect?: boolean | undefined;
}

/** What is read of the events of BullMQ's queues on one broker. */
export interface BullmqEventsOptions {
  /** Name of the broker. Default `default`. */
  readonly broker?: string | undefined;
}

/** What one source says about a broker. */
export interface BrokerLayer {
  readonly location?: BrokerLocation | undefined;
  readonly tls: TlsFiles;
}

/** Where a broker is and how to log in there. */
export type BrokerLocation = BrokerAddress & {
  /** Where it was given. */
  readonly where: string;
  readonly credentials: Credentials;
};

/** Where a broker is. */
export type BrokerAddress =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "url-file"; readonly file: string }
  | { readonly kind: "cluster"; readonly nodes: readonly string[] }
  | {
      readonly kind: "sentinels";
      readonly sentinels: readonly string[];
      readonly name: string;
      readonly db: number;
      readonly sentinelCredentials: Credentials;
    };

/** A user and a password, from the configuration or from a file of its own. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
}

/** Files of TLS, each with the place where it was given. */
export interface TlsFiles {
  readonly enabled?: Sourced<boolean> | undefined;
  readonly ca?: Sourced<string> | undefined;
  readonly cert?: Sourced<string> | undefined;
  readonly key?: Sourced<string> | undefined;
  readonly serverName?: Sourced<string> | undefined;
}
