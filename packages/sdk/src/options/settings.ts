import { DURATION_BUCKETS_SECONDS, invalidOption, resolveBuckets, WAIT_BUCKETS_SECONDS } from "@taskvitals/core";
import type { CounterOptions, QueueOptions } from "@taskvitals/redis";
import type { EndpointOptions } from "../endpoint/index.ts";
import type { DeclaredBroker } from "../queue-registry.ts";
import { resolveSharedTotals, type SharedTotalsSettings } from "../shared-totals/shared-totals-settings.ts";
import type { OtlpSettings } from "../telemetry/otlp-reader.ts";
import { checkOptions } from "./check-options.ts";
import { type EnvironmentOptions, readEnvironment } from "./environment.ts";
import { resolveOtlp } from "./otlp-settings.ts";
import type { DeclaredTask, ExpositionName, TaskVitalsOptions } from "./task-vitals-options.ts";

/** The options with environment and defaults filled in, checked as far as they can be without connecting. */
export interface Settings {
  readonly disabled: boolean;
  readonly serviceName: string | undefined;
  readonly resourceAttributes: Readonly<Record<string, string | number | boolean>>;
  readonly brokers: ReadonlyMap<string, DeclaredBroker>;
  readonly queues: readonly (string | QueueOptions | CounterOptions)[];
  readonly queuesPath: string;
  readonly tasks: readonly DeclaredTask[];
  readonly endpoint: EndpointOptions | undefined;
  readonly otlp: OtlpSettings | undefined;
  readonly sharedTotals: SharedTotalsSettings | undefined;
  readonly durationBuckets: readonly number[];
  readonly waitBuckets: readonly number[];
  readonly readDeadlineMs: number;
  readonly maxSeries: number;
  readonly maxQueues: number;
  readonly exposition: ExpositionName;
}

/**
 * Puts options, environment and defaults together; options win.
 *
 * @throws TaskVitalsError `INVALID_OPTION`
 */
export function resolveSettings(options: TaskVitalsOptions): Settings {
  checkOptions(options);
  if (options.metricProducer !== undefined && options.meterProvider === undefined) {
    throw invalidOption({
      path: "metricProducer",
      expected: "that meterProvider is set as well",
      remedy: "Pass the meter provider whose readers have this producer.",
    });
  }
  if (options.promClient !== undefined && options.meterProvider !== undefined) {
    throw invalidOption({
      path: "promClient",
      expected: "no registry of prom-client beside meterProvider, as there is no page of taskvitals then",
      remedy: "Leave out one of the two, or go on serving the registry's own page.",
    });
  }
  const environment = readEnvironment(options.environment ?? process.env);
  const known = brokers(options, environment);
  return {
    disabled: environment.disabled,
    serviceName: serviceName(options, environment),
    resourceAttributes: { ...environment.resourceAttributes, ...options.resourceAttributes },
    brokers: known,
    queues: options.queues ?? environment.queues ?? [],
    queuesPath: options.queues === undefined && environment.queues !== undefined ? "TASKVITALS_QUEUES" : "queues",
    tasks: (options.tasks ?? []).map((task) => (typeof task === "string" ? { task } : task)),
    endpoint: endpoint(options, environment),
    otlp: resolveOtlp(options, environment),
    sharedTotals: resolveSharedTotals(options, environment, known),
    durationBuckets: resolveBuckets(
      "buckets.durationSeconds",
      options.buckets?.durationSeconds,
      DURATION_BUCKETS_SECONDS,
    ),
    waitBuckets: resolveBuckets("buckets.waitSeconds", options.buckets?.waitSeconds, WAIT_BUCKETS_SECONDS),
    readDeadlineMs: options.readDeadlineMs ?? 250,
    maxSeries: options.maxSeries ?? 2000,
    maxQueues: options.maxQueues ?? 10_000,
    exposition: options.exposition ?? environment.exposition ?? "incremental",
  };
}

function serviceName(options: TaskVitalsOptions, environment: EnvironmentOptions): string | undefined {
  if (options.serviceName !== undefined) return options.serviceName;
  // What the code says, in whichever of its options, wins over the environment.
  if (options.resourceAttributes?.["service.name"] !== undefined) return undefined;
  return environment.serviceName;
}

function brokers(options: TaskVitalsOptions, environment: EnvironmentOptions): Settings["brokers"] {
  const found: [string, DeclaredBroker][] = [];
  if (options.redis !== undefined) {
    found.push(["default", { connection: options.redis, path: "redis", onDemand: false }]);
  } else if (environment.redisUrl !== undefined && options.brokers?.default === undefined) {
    // Many an application has this variable for a Redis of its own, in a form of its own.
    found.push(["default", { connection: environment.redisUrl, path: "REDIS_URL", onDemand: true }]);
  }
  for (const [name, connection] of Object.entries(options.brokers ?? {})) {
    if (name === "default" && options.redis !== undefined) {
      throw invalidOption({
        path: "brokers.default",
        expected: 'one broker of this name; "redis" is the broker named "default"',
        remedy: "Leave out one of the two.",
      });
    }
    found.push([name, { connection, path: `brokers.${name}`, onDemand: false }]);
  }
  return new Map(found);
}

function endpoint(options: TaskVitalsOptions, environment: EnvironmentOptions): EndpointOptions | undefined {
  if (options.endpoint === false) return undefined;
  if (options.meterProvider !== undefined) {
    if (options.endpoint === undefined) return undefined;
    throw invalidOption({
      path: "endpoint",
      expected: "no endpoint beside meterProvider, whose own readers expose the metrics",
      remedy: "Leave out one of the two.",
    });
  }
  if (options.endpoint === undefined && environment.exporters?.has("prometheus") === false) return undefined;
  return {
    ...(environment.prometheusHost === undefined ? {} : { host: environment.prometheusHost }),
    ...(environment.prometheusPort === undefined ? {} : { port: environment.prometheusPort }),
    ...(environment.livePage === false ? { livePage: false } : {}),
    ...withoutUndefined(options.endpoint ?? {}),
  };
}

function withoutUndefined<T extends object>(given: T): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
