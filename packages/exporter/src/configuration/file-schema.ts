import * as v from "valibot";
import type { BullmqEventsOptions, CeleryEventsOptions } from "./configuration-layer.ts";
import type { FileBroker, FileContent, FileEndpoint, FileLivePage, FileTls } from "./file-content.ts";

// Forgetting a key here is a compile-time error.
type KeysOf<T> = Readonly<Record<keyof T, v.GenericSchema>>;

const text = v.pipe(v.string("text"), v.nonEmpty("text that is not empty"));
const flag = v.boolean("true or false");
const whole = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(least, expected), v.maxValue(most, expected));
};
/** One schema for values of a primitive type, another for the rest, so that an error is about the one that was meant. */
const either = <A extends v.GenericSchema, B extends v.GenericSchema>(type: string, primitive: A, other: B) =>
  v.lazy((input): A | B => (typeof input === type ? primitive : other));
const record = <T extends v.GenericSchema>(value: T, expected: string) => v.record(v.string(), value, expected);

const tls = {
  caFile: v.optional(text),
  certFile: v.optional(text),
  keyFile: v.optional(text),
  serverName: v.optional(text),
} satisfies KeysOf<FileTls>;
const broker = {
  url: v.optional(text),
  urlFile: v.optional(text),
  cluster: v.optional(v.pipe(v.array(text, "a list of nodes"), v.minLength(1, "at least one node"))),
  sentinels: v.optional(v.pipe(v.array(text, "a list of Sentinels"), v.minLength(1, "at least one Sentinel"))),
  name: v.optional(text),
  db: v.optional(whole(0, 999_999_999)),
  username: v.optional(text),
  password: v.optional(text),
  passwordFile: v.optional(text),
  sentinelUsername: v.optional(text),
  sentinelPassword: v.optional(text),
  sentinelPasswordFile: v.optional(text),
  tls: v.optional(either("boolean", flag, v.strictObject(tls, "true, or a mapping of files"))),
} satisfies KeysOf<FileBroker>;
const task = { task: text, queue: v.optional(text) };
const celeryEvents = {
  broker: v.optional(text),
  globalKeyprefix: v.optional(v.string("text")),
  taskQueues: v.optional(record(text, "a mapping of task names to queues")),
  inspect: v.optional(flag),
} satisfies KeysOf<CeleryEventsOptions>;
const bullmqEvents = { broker: v.optional(text) } satisfies KeysOf<BullmqEventsOptions>;
/** Switched by a word, told more in a mapping, or in several. */
const switched = (entries: v.ObjectEntries) => {
  const object = v.strictObject(entries, "true, false, a mapping, or a list of mappings");
  return v.lazy((input) => (typeof input === "boolean" ? flag : Array.isArray(input) ? v.array(object) : object));
};
const buckets = {
  durationSeconds: v.optional(v.array(v.number("a number"), "a list of numbers")),
  waitSeconds: v.optional(v.array(v.number("a number"), "a list of numbers")),
};
const endpoint = {
  listenAddress: v.optional(text),
  path: v.optional(text),
  webConfigFile: v.optional(text),
} satisfies KeysOf<FileEndpoint>;
const livePage = {
  thresholds: v.optional(text),
  username: v.optional(text),
  password: v.optional(text),
  passwordFile: v.optional(text),
} satisfies KeysOf<FileLivePage>;
const log = { format: v.optional(v.picklist(["logfmt", "json"], "logfmt or json")) };

const top = {
  serviceName: v.optional(text),
  resourceAttributes: v.optional(
    record(v.union([v.string(), v.number(), v.boolean()], "text, a number, true or false"), "a mapping of attributes"),
  ),
  redis: v.optional(text),
  brokers: v.optional(
    record(
      either("string", text, v.strictObject(broker, "a redis:// URL, or a mapping")),
      "a mapping of brokers by name",
    ),
  ),
  // Each is checked by what reads queues, with its place in the file.
  queues: v.optional(
    v.array(
      either("string", text, v.looseObject({}, '"<layout>:<name>", or a mapping')),
      'a list of queues, each "<layout>:<name>" or a mapping',
    ),
  ),
  tasks: v.optional(
    v.array(either("string", text, v.strictObject(task, "a task name, or task and queue")), "a list of tasks"),
  ),
  celeryEvents: v.optional(switched(celeryEvents)),
  bullmqEvents: v.optional(switched(bullmqEvents)),
  alsoEmit: v.optional(v.picklist(["celery-exporter"], "celery-exporter")),
  lease: v.optional(text),
  totalsFile: v.optional(text),
  buckets: v.optional(v.strictObject(buckets, "a mapping")),
  endpoint: v.optional(v.strictObject(endpoint, "a mapping")),
  livePage: v.optional(either("boolean", flag, v.strictObject(livePage, "true, false, or a mapping"))),
  log: v.optional(v.strictObject(log, "a mapping")),
  readDeadlineMs: v.optional(whole(10, 10_000)),
  maxSeries: v.optional(whole(1, 100_000)),
  maxQueues: v.optional(whole(1, 100_000)),
  hostVitals: v.optional(flag),
  runtimeMetrics: v.optional(flag),
} satisfies KeysOf<FileContent>;

/** What the configuration file may hold. */
export const fileSchema: v.GenericSchema<unknown, FileContent> = v.strictObject(
  top,
  "a mapping of settings",
) as unknown as v.GenericSchema<unknown, FileContent>;

/** The names of the keys at a place of the file. */
export function fileKeysAt(path: readonly (string | number)[]): readonly string[] {
  const [first] = path;
  if (first === undefined) return Object.keys(top);
  if (first === "brokers") return Object.keys(path.length > 2 ? tls : broker);
  const shapes: Readonly<Record<string, object>> = {
    tasks: task,
    celeryEvents,
    bullmqEvents,
    buckets,
    endpoint,
    livePage,
    log,
  };
  return Object.keys(shapes[first] ?? {});
}
