import type { MeterProvider } from "@opentelemetry/api";
import type { CounterOptions, QueueOptions, RedisClientLike } from "@taskvitals/redis";
import type { EndpointOptions } from "../endpoint/endpoint-options.ts";
import type { Logger } from "../logger.ts";
import type { PromClientRegistry } from "../prom-client/prom-client-registry.ts";
import type { SharedTotalsOptions } from "../shared-totals/shared-totals-options.ts";
import type { TaskVitalsMetricProducer } from "../telemetry/metric-producer.ts";
import type { OtlpOptions } from "./otlp-options.ts";

/** A task that exists at 0 from the start. */
export interface DeclaredTask {
  /** The `task` label. */
  readonly task: string;
  /** The `queue` label. Default: {@link TaskVitalsOptions.defaultQueue}. */
  readonly queue?: string | undefined;
}

/** Who writes the page of `/metrics`. */
export type ExpositionName = "incremental" | "standard";

/** Bounds of histograms. */
export interface BucketOptions {
  /**
   * Upper bounds of `task_duration_seconds`, in seconds: 1 to 100 finite numbers that rise. Default: 19 bounds from 5 ms to
   * 6 hours. Every process of a platform should have the same.
   */
  readonly durationSeconds?: readonly number[] | undefined;
  /** Upper bounds of `task_wait_seconds`, as {@link durationSeconds} and with the same default. */
  readonly waitSeconds?: readonly number[] | undefined;
}

/**
 * Options of {@link startTaskVitals}. What is left out comes from the environment where a variable is named, else from the
 * default. A bad value is refused at once with an error that names the option; nothing is guessed.
 */
export interface TaskVitalsOptions {
  /** Name of the service; `job` behind a Collector. Default: `OTEL_SERVICE_NAME`, else `unknown_service`. */
  readonly serviceName?: string | undefined;
  /**
   * More resource attributes; they go to OTLP and to `target_info`, never onto samples. Names that begin with `process.` are left
   * out, because they would split the series behind a Collector. Default: `OTEL_RESOURCE_ATTRIBUTES`.
   */
  readonly resourceAttributes?: Readonly<Record<string, string | number | boolean>> | undefined;
  /**
   * The broker named `default`: a `redis://` or `rediss://` URL, for which a connection is opened and closed at shutdown, or
   * an `ioredis` 5 or 6 client or Cluster of yours, which is never closed. Not one that runs blocking commands, as a BullMQ worker's does:
   * readings would wait behind them. Default: `REDIS_URL`, which is looked at and connected to only when a queue is on it.
   */
  readonly redis?: string | RedisClientLike | undefined;
  /**
   * More brokers by name, each as {@link redis}. The name is what queues refer to, and a label; an empty one, or one with `/`, `:` or
   * `@` in it, is refused.
   */
  readonly brokers?: Readonly<Record<string, string | RedisClientLike>> | undefined;
  /**
   * Queues to read: `"<layout>:<name>"` split at the first colon, or an object; `"<layout>:*"` for every queue that the framework has. Also
   * counters that workers keep in Redis: `"counter:<key>=task_success_total,task=<task>,queue=<queue>"`, or an object. Default:
   * `TASKVITALS_QUEUES`. Needs a broker. Two queues that would share one `queue` label are refused, unless one sets `label`.
   */
  readonly queues?: readonly (string | QueueOptions | CounterOptions)[] | undefined;
  /** Tasks that exist at 0 from the start, so that their first success and failure are visible to `increase()`. */
  readonly tasks?: readonly (string | DeclaredTask)[] | undefined;
  /** The `queue` label of tasks that name none. Default: the declared queue where there is exactly one, else `_UNKNOWN`. */
  readonly defaultQueue?: string | undefined;
  /** Tasks this process runs at once: for the default queue, or by queue. Reported as `task_concurrency`; not reported by default. */
  readonly concurrency?: number | Readonly<Record<string, number>> | undefined;
  /** The HTTP endpoint of `/metrics`; `false` for none (mount `nodeHandler` or `fetchHandler` instead). Default: 127.0.0.1:9464. */
  readonly endpoint?: false | EndpointOptions | undefined;
  /**
   * Push over OTLP, protobuf over HTTP: `true` with what the environment says, an object to say more, `false` never. Default: on
   * when `OTEL_METRICS_EXPORTER` contains `otlp`, or when it is not set and an OTLP endpoint is.
   */
  readonly otlp?: boolean | OtlpOptions | undefined;
  /**
   * Who writes the page: `"incremental"` renders what changed since the last page, in slices that give the event loop back;
   * `"standard"` is `@opentelemetry/exporter-prometheus`. Both write the same samples. Default: `TASKVITALS_EXPOSITION`, else
   * `"incremental"`.
   */
  readonly exposition?: ExpositionName | undefined;
  /**
   * A registry of `prom-client` 14 or 15, such as its `register`: all of it goes to the end of the page, as it is written there, so that an application may move to
   * taskvitals one metric at a time. A metric with a name of ours, one that takes longer than 2 s to read, throws, or would spoil the page is left out, counted in `taskvitals_error_total{operation="prom_client"}`
   * and warned of once. The registry is this process's own and only on its page: it is never pushed over OTLP, and not at `/metrics/shared`. Exemplars of an OpenMetrics registry are not
   * shown. An error beside {@link meterProvider}, where there is no page of ours, and for what has no `metrics()`. Default: none.
   */
  readonly promClient?: PromClientRegistry | undefined;
  /**
   * Share totals with all processes that say the same, through the Redis of a broker: the counters and histograms of tasks, and those that
   * the application makes on `sharedMeter`, are added up exactly, and shown at `/metrics/shared` by every process and at `/metrics` by one at a time. `true`
   * with the defaults, an object to say more (`store: "machine"` needs no Redis). An error beside {@link meterProvider}, and without a broker where one is needed. Default: `TASKVITALS_SHARED_TOTALS` (`true`, `false` or
   * a namespace), else `false`.
   */
  readonly sharedTotals?: boolean | SharedTotalsOptions | undefined;
  /** Bounds of histograms. */
  readonly buckets?: BucketOptions | undefined;
  /** Deadline of one reading of a broker, in milliseconds, 10 to 10 000. Default 250. */
  readonly readDeadlineMs?: number | undefined;
  /** Most live (task, queue) pairs, 1 to 100 000; what comes after is counted in one overflow series. Default 2000. */
  readonly maxSeries?: number | undefined;
  /**
   * Most queues, declared and discovered together, 1 to 100 000. More than that declared are refused; more discovered are left out and
   * counted in `taskvitals_series_overflow_total`. Default 10 000.
   */
  readonly maxQueues?: number | undefined;
  /** Report CPU and memory (`system_*`). Default true. */
  readonly hostVitals?: boolean | undefined;
  /**
   * Report event loop, garbage collection and heap through `@opentelemetry/instrumentation-runtime-node`. Default true; false beside
   * {@link meterProvider}, where true puts them on that provider.
   */
  readonly runtimeMetrics?: boolean | undefined;
  /**
   * Report process, CPU and memory under OpenTelemetry's semantic conventions too, through
   * `@opentelemetry/instrumentation-host-metrics`, which must then be installed. Default false.
   */
  readonly hostMetrics?: boolean | undefined;
  /**
   * A meter provider of yours: counters and histograms go to it, and your own readers expose them. Gauges come through
   * {@link metricProducer} alone, since the standard SDK goes on exporting what is no longer observed. There is no endpoint then,
   * and no OTLP push. Default: a provider of our own.
   */
  readonly meterProvider?: MeterProvider | undefined;
  /** Beside {@link meterProvider}: what `createMetricProducer()` gave you and you passed to your readers. */
  readonly metricProducer?: TaskVitalsMetricProducer | undefined;
  /**
   * Register the meter provider globally, so that libraries find it through `@opentelemetry/api`. An error if another one is
   * registered. Default false: nothing global is touched.
   */
  readonly registerGlobal?: boolean | undefined;
  /**
   * Flush on `beforeExit`, SIGTERM and SIGINT within 2 s; then the default action follows where no handler of yours is in charge. A
   * handler of yours that calls `process.exit()` must await `shutdown()` before. Default false: call `shutdown()` yourself.
   */
  readonly signals?: boolean | undefined;
  /** Where warnings go, one line each, once per cause. Default: `console`. */
  readonly logger?: Logger | undefined;
  /** The environment variables to read. Default: `process.env`. `{}` reads none. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}
