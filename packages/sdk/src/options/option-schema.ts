import * as v from "valibot";
import type {
  BasicCredentials,
  EndpointLimits,
  EndpointOptions,
  EndpointTls,
  LivePageOptions,
} from "../endpoint/index.ts";
import { NAMESPACE, NAMESPACE_EXPECTED } from "../shared-totals/namespace.ts";
import type { SharedTotalsOptions } from "../shared-totals/shared-totals-options.ts";
import type { FieldsOf } from "./fields-of.ts";
import type { OtlpOptions, OtlpTlsOptions } from "./otlp-options.ts";
import type { BucketOptions, DeclaredTask, TaskVitalsOptions } from "./task-vitals-options.ts";
import { thresholdSchema, thresholdShapes } from "./threshold-schema.ts";

const text = v.string("a string");
const name = v.pipe(v.string("a string"), v.nonEmpty("a string that is not empty"));
const flag = v.boolean("true or false");
const anything = v.optional(v.any());
const whole = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(least, expected), v.maxValue(most, expected));
};
const instance = (expected: string) =>
  v.custom<object>((value) => typeof value === "object" && value !== null, expected);
const withMethod = (method: string, expected: string) =>
  v.custom<object>(
    (given) => typeof (given as Readonly<Record<string, unknown>> | null)?.[method] === "function",
    expected,
  );
/** One schema for values of a primitive type, another for the rest, so that an error is about the one that was meant. */
const either = <A extends v.GenericSchema, B extends v.GenericSchema>(type: string, primitive: A, other: B) =>
  v.lazy((input): A | B => (typeof input === type ? primitive : other));

const httpUrl = v.pipe(
  v.string("an http or https URL"),
  v.check((given) => URL.canParse(given) && /^https?:$/.test(new URL(given).protocol), "an http or https URL"),
);
const connection = v.union([v.string(), instance("")], "a redis:// URL or an ioredis client");
const slots = whole(0, 1_000_000);

// A name that is not a name may be a URL that ended up on the wrong side of the colon, so it is not shown.
const BROKER_NAMES = "an object of brokers by name, where a name is not empty and has no /, : or @ in it";
const named = v.custom<object>(
  (given) => typeof given === "object" && given !== null && Object.keys(given).every((key) => /^[^/:@]+$/.test(key)),
  BROKER_NAMES,
);

const tls = {
  cert: anything,
  key: anything,
  ca: anything,
  clientCertificates: anything,
  minVersion: anything,
  maxVersion: anything,
  onStart: anything,
} satisfies FieldsOf<EndpointTls>;
const basicAuth = { username: anything, password: anything } satisfies FieldsOf<BasicCredentials>;
const limits = {
  maxConnections: anything,
  requestTimeoutMs: anything,
  writeTimeoutMs: anything,
  closeTimeoutMs: anything,
} satisfies FieldsOf<EndpointLimits>;
const livePage = {
  token: anything,
  basicAuth: v.optional(v.strictObject(basicAuth, "an object with username and password")),
  verifyBasicAuth: anything,
  thresholds: v.optional(thresholdSchema),
} satisfies FieldsOf<LivePageOptions>;
const endpoint = {
  host: anything,
  port: anything,
  path: anything,
  token: anything,
  basicAuth: v.optional(v.strictObject(basicAuth, "an object with username and password")),
  tls: v.optional(v.strictObject(tls, "an object with cert and key")),
  verifyBasicAuth: anything,
  onPortInUse: anything,
  collectTimeoutMs: anything,
  headers: v.optional(v.record(v.string(), text, "an object of strings")),
  livePage: v.optional(
    either("boolean", v.literal(false, "false or an object"), v.strictObject(livePage, "false or an object")),
  ),
  limits: v.optional(v.strictObject(limits, "an object of limits")),
} satisfies FieldsOf<EndpointOptions>;
const pem = v.optional(
  v.custom<string | Buffer>(
    (given) => (typeof given === "string" || Buffer.isBuffer(given)) && given.length > 0,
    "PEM, as a string or a Buffer",
  ),
);
const otlpTls = { ca: pem, cert: pem, key: pem } satisfies FieldsOf<OtlpTlsOptions>;
const otlp = {
  endpoint: v.optional(httpUrl),
  headers: v.optional(v.record(v.string(), text, "an object of strings")),
  intervalMs: v.optional(whole(100, 86_400_000)),
  timeoutMs: v.optional(whole(1, 86_400_000)),
  temporality: v.optional(v.picklist(["cumulative", "delta", "lowmemory"], '"cumulative", "delta" or "lowmemory"')),
  compression: v.optional(v.picklist(["none", "gzip"], '"none" or "gzip"')),
  tls: v.optional(v.strictObject(otlpTls, "an object with ca, cert and key")),
} satisfies FieldsOf<OtlpOptions>;
const tasks = { task: name, queue: v.optional(name) } satisfies FieldsOf<DeclaredTask>;
const buckets = { durationSeconds: anything, waitSeconds: anything } satisfies FieldsOf<BucketOptions>;

const sharedTotals = {
  broker: v.optional(name),
  namespace: v.optional(v.pipe(v.string(NAMESPACE_EXPECTED), v.regex(NAMESPACE, NAMESPACE_EXPECTED))),
  intervalMs: v.optional(whole(1000, 60_000)),
  foldAfterMs: v.optional(whole(12_000, 86_400_000)),
  page: v.optional(flag),
  store: v.optional(v.picklist(["redis", "machine"], '"redis" or "machine"')),
} satisfies FieldsOf<SharedTotalsOptions>;

// Only names and shapes: queues, URLs, buckets and the values of the endpoint's options are checked by those who use them.
const options = {
  serviceName: v.optional(name),
  resourceAttributes: v.optional(
    v.record(v.string(), v.union([v.string(), v.number(), v.boolean()], "a string, number or boolean"), "an object"),
  ),
  redis: v.optional(connection),
  brokers: v.optional(v.pipe(named, v.record(v.string(), connection, BROKER_NAMES))),
  queues: v.optional(
    v.array(either("string", text, instance('a string "<layout>:<name>" or an object')), "an array of queues"),
  ),
  tasks: v.optional(
    v.array(
      either("string", name, v.strictObject(tasks, "a task name that is not empty, or { task, queue }")),
      "an array of tasks",
    ),
  ),
  defaultQueue: v.optional(name),
  concurrency: v.optional(
    either("number", slots, v.record(v.string(), slots, "a whole number of at least 0, or such by queue")),
  ),
  endpoint: v.optional(
    either("boolean", v.literal(false, "false or an object"), v.strictObject(endpoint, "false or an object")),
  ),
  otlp: v.optional(either("boolean", flag, v.strictObject(otlp, "true, false or an object"))),
  sharedTotals: v.optional(either("boolean", flag, v.strictObject(sharedTotals, "true, false or an object"))),
  promClient: v.optional(withMethod("metrics", "a registry of prom-client, such as its register")),
  buckets: v.optional(v.strictObject(buckets, "an object")),
  readDeadlineMs: v.optional(whole(10, 10_000)),
  maxSeries: v.optional(whole(1, 100_000)),
  maxQueues: v.optional(whole(1, 100_000)),
  hostVitals: v.optional(flag),
  runtimeMetrics: v.optional(flag),
  hostMetrics: v.optional(flag),
  meterProvider: v.optional(withMethod("getMeter", "a MeterProvider")),
  metricProducer: v.optional(instance("what createMetricProducer() returned")),
  registerGlobal: v.optional(flag),
  signals: v.optional(flag),
  exposition: v.optional(v.picklist(["incremental", "standard"], '"incremental" or "standard"')),
  logger: v.optional(withMethod("warn", "an object with warn(message)")),
  environment: v.optional(v.record(v.string(), v.optional(v.string("a string")), "an object of environment variables")),
} satisfies FieldsOf<TaskVitalsOptions>;

const LIVE_PAGE = ["endpoint", "livePage"];
const shapes: Readonly<Record<string, object>> = {
  endpoint,
  "endpoint.basicAuth": basicAuth,
  "endpoint.livePage": livePage,
  "endpoint.livePage.basicAuth": basicAuth,
  ...Object.fromEntries(
    Object.entries(thresholdShapes).map(([place, fields]) => [
      [...LIVE_PAGE, "thresholds", place].filter(Boolean).join("."),
      fields,
    ]),
  ),
  "endpoint.tls": tls,
  "endpoint.limits": limits,
  otlp,
  "otlp.tls": otlpTls,
  tasks,
  sharedTotals,
  buckets,
};
const schema = v.strictObject(options, "an object of options");
const livePageSchema = v.strictObject(livePage, "an object of options");

/** The first thing that does not fit the shape of the options, unknown names included. */
export function findMisfit(given: unknown): v.BaseIssue<unknown> | undefined {
  return firstIssue(schema, given);
}

/** The same for the options of a live page alone. */
export function findLivePageMisfit(given: unknown): v.BaseIssue<unknown> | undefined {
  return firstIssue(livePageSchema, given);
}

function firstIssue(of: v.GenericSchema, given: unknown): v.BaseIssue<unknown> | undefined {
  const result = v.safeParse(of, given, { abortEarly: true });
  return result.success ? undefined : result.issues[0];
}

/**
 * The names of the fields of an option that is an object, by its place such as `endpoint`, `tls`; of one that has such objects by name, those of each. Of the
 * options themselves for any other place.
 */
export function fieldNames(place: readonly string[]): readonly string[] {
  return Object.keys(shapes[place.join(".")] ?? shapes[place.slice(0, -1).join(".")] ?? options);
}

/** The names of the fields of a live page's options, by their place in them. */
export function livePageFieldNames(place: readonly string[]): readonly string[] {
  return fieldNames([...LIVE_PAGE, ...place]);
}
