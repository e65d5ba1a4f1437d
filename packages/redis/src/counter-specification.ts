import { contract, invalidOption, labelValue, type TotalKind } from "@taskvitals/core";
import { refuseUnknownFields, requireText } from "./checked-fields.ts";

/** A counter that workers keep in Redis themselves, with INCR; it is shown under the contract's name. */
export interface CounterOptions {
  /** `counter`. */
  readonly layout: "counter";
  /** The key of the counter, without the client's own `keyPrefix`. Holds a whole number. */
  readonly key: string;
  /** Which metric it is: `success`, `failure` and `retry` have the labels task and queue, `stalled` has queue. */
  readonly counter: TotalKind;
  /** The `task` label. Default `_ALL`: one counter for all tasks. */
  readonly task?: string | undefined;
  /** The `queue` label. Default `_ALL`. */
  readonly queue?: string | undefined;
  /** Name of the broker that holds the counter. Default `default`. */
  readonly broker?: string | undefined;
}

/** A counter whose description was checked. */
export interface CounterSpecification {
  readonly kind: "counter";
  /** The key that holds it. */
  readonly key: string;
  /** Which metric it is. */
  readonly counter: TotalKind;
  /** The `task` label; `undefined` for a counter that has none. */
  readonly task: string | undefined;
  /** The `queue` label. */
  readonly queue: string;
  /** Name of the broker that holds it. */
  readonly broker: string;
}

/** Label value of a counter of all tasks or queues. */
const ALL = "_ALL";

const KINDS: Readonly<Record<TotalKind, string>> = {
  success: contract.taskSuccess.name,
  failure: contract.taskFailure.name,
  retry: contract.taskRetry.name,
  stalled: contract.taskStalled.name,
};

const FIELDS: readonly string[] = ["layout", "key", "counter", "task", "queue", "broker"];
const REMEDY = `Write it as "counter:<key>=${KINDS.success},task=<task>,queue=<queue>"; task and queue may be left out.`;

/**
 * Reads the description of a counter: the fields, or what follows `counter:` in the short form,
 * `<key>=<name of the metric>[,task=<task>][,queue=<queue>]`.
 *
 * @throws TaskVitalsError `INVALID_OPTION` when the key is missing, the metric is none of those, or a field is unknown or not text
 */
export function parseCounter(given: unknown, path: string): CounterSpecification {
  const short = typeof given === "string";
  const at = (field: string): string => (short ? path : `${path}.${field}`);
  const fields = short ? splitShortForm(given, path) : (given as Readonly<Record<string, unknown>>);
  refuseUnknownFields(fields, FIELDS, path);
  const { key, counter, broker = "default", queue = ALL } = fields;
  requireText(key, "the key of a counter, not empty", at("key"));
  if (typeof counter !== "string" || !Object.hasOwn(KINDS, counter)) {
    throw invalidOption({
      path: at("counter"),
      value: counter,
      expected: short ? `one of ${Object.values(KINDS).join(", ")}` : `one of ${Object.keys(KINDS).join(", ")}`,
      remedy: REMEDY,
    });
  }
  if (counter === "stalled" && fields.task !== undefined) {
    throw invalidOption({ path: at("task"), expected: `no task; ${KINDS.stalled} has only the label queue` });
  }
  const task = counter === "stalled" ? undefined : (fields.task ?? ALL);
  if (task !== undefined) requireText(task, "text, not empty", at("task"));
  requireText(queue, "text, not empty", at("queue"));
  requireText(broker, "text, not empty", at("broker"));
  return {
    kind: "counter",
    key,
    counter: counter as TotalKind,
    task: task === undefined ? undefined : labelValue(task),
    queue: labelValue(queue),
    broker,
  };
}

/** The key may hold `=` and `,`: it ends before the first name of a metric. */
const SHORT_FORM = /^(?<key>.+?)=(?<metric>task_[a-z_]+)(?<labels>(?:,(?:task|queue)=[^,=]+)*)$/s;

function splitShortForm(text: string, path: string): Readonly<Record<string, unknown>> {
  const { key, metric, labels } = SHORT_FORM.exec(text)?.groups ?? {};
  if (key === undefined || metric === undefined || labels === undefined) {
    throw invalidOption({
      path,
      value: `counter:${text}`,
      expected: `a counter with its key and the name of a metric: one of ${Object.values(KINDS).join(", ")}`,
      remedy: REMEDY,
    });
  }
  const counter = Object.entries(KINDS).find(([, name]) => name === metric)?.[0] ?? metric;
  const fields: Record<string, unknown> = { layout: "counter", key, counter };
  for (const pair of labels.split(",").slice(1)) {
    const at = pair.indexOf("=");
    fields[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return fields;
}
