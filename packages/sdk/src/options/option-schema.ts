import { invalidOption, type TaskVitalsError } from "@taskvitals/core";
import * as v from "valibot";
import type { TaskVitalsOptions } from "./task-vitals-options.ts";

const name = v.pipe(v.string("a string"), v.nonEmpty("a string that is not empty"));
const flag = v.boolean("true or false");
const text = v.string("a string");
const whole = (least: number, most: number) => {
  const expected = `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(expected), v.integer(expected), v.minValue(least, expected), v.maxValue(most, expected));
};
const instance = (expected: string) =>
  v.custom<object>((value) => typeof value === "object" && value !== null, expected);
const httpUrl = v.pipe(
  v.string("an http or https URL"),
  v.check((given) => URL.canParse(given) && /^https?:$/.test(new URL(given).protocol), "an http or https URL"),
);
const connection = v.union([v.string(), instance("")], "a redis:// URL or an ioredis client");
const slots = whole(0, 1_000_000);

// Only the shape: queues, URLs, buckets and the endpoint's own options are checked by those who use them.
const schema = v.strictObject(
  {
    serviceName: v.optional(name),
    resourceAttributes: v.optional(
      v.record(v.string(), v.union([v.string(), v.number(), v.boolean()], "a string, number or boolean"), "an object"),
    ),
    redis: v.optional(connection),
    brokers: v.optional(v.record(name, connection, "an object of brokers by name")),
    queues: v.optional(v.array(v.union([text, instance("")], 'a string "<layout>:<name>" or an object'), "an array")),
    tasks: v.optional(
      v.array(
        v.union(
          [name, v.strictObject({ task: name, queue: v.optional(name) })],
          "a task name that is not empty, or { task, queue }",
        ),
        "an array",
      ),
    ),
    defaultQueue: v.optional(name),
    concurrency: v.optional(
      v.union([slots, v.record(v.string(), slots)], "a whole number of at least 0, or such by queue"),
    ),
    endpoint: v.optional(v.union([v.literal(false), instance("")], "false or an object of endpoint options")),
    otlp: v.optional(
      v.union(
        [
          v.boolean(),
          v.strictObject({
            endpoint: v.optional(httpUrl),
            headers: v.optional(v.record(v.string(), text)),
            intervalMs: v.optional(whole(100, 86_400_000)),
            timeoutMs: v.optional(whole(1, 86_400_000)),
          }),
        ],
        "true, false or { endpoint, headers, intervalMs, timeoutMs } with an http or https URL, strings and whole milliseconds",
      ),
    ),
    buckets: v.optional(v.strictObject({ durationSeconds: v.optional(v.any()) }, "an object")),
    readDeadlineMs: v.optional(whole(10, 10_000)),
    maxSeries: v.optional(whole(1, 100_000)),
    hostVitals: v.optional(flag),
    runtimeMetrics: v.optional(flag),
    hostMetrics: v.optional(flag),
    meterProvider: v.optional(
      v.custom((given) => typeof (given as { getMeter?: unknown } | null)?.getMeter === "function", "a MeterProvider"),
    ),
    metricProducer: v.optional(instance("what createMetricProducer() returned")),
    registerGlobal: v.optional(flag),
    signals: v.optional(flag),
    logger: v.optional(
      v.custom(
        (given) => typeof (given as { warn?: unknown } | null)?.warn === "function",
        "an object with warn(message)",
      ),
    ),
    environment: v.optional(instance("an object of environment variables")),
  },
  "an object of options",
);

/** Options whose value may hold a credential and is never shown. */
const SECRET = new Set(["redis", "brokers", "endpoint", "otlp"]);

/**
 * Checks the shape of the options, unknown names included.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for the first option that does not fit
 */
export function checkOptions(options: TaskVitalsOptions): void {
  const result = v.safeParse(schema, options, { abortEarly: true });
  if (!result.success) throw optionError(result.issues[0]);
}

function optionError(issue: v.BaseIssue<unknown>): TaskVitalsError {
  const keys = (issue.path ?? []).map((part) => part.key);
  const path = keys.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? String(key) : `${text}.${String(key)}`),
    "",
  );
  if (issue.type === "strict_object" && issue.expected === "never") {
    return invalidOption({
      path: path || "options",
      expected: `no such option`,
      remedy: `The options are: ${Object.keys(schema.entries).join(", ")}.`,
    });
  }
  const shown = SECRET.has(String(keys[0])) ? {} : { value: issue.input };
  return invalidOption({ path: path || "startTaskVitals(options)", ...shown, expected: issue.message });
}
