import { describeValue, invalidOption, labelValue } from "@taskvitals/core";
import { isLayout, layouts } from "./layouts/layouts.ts";

/** A queue as its user describes it, where the short form `"<layout>:<name>"` does not say enough. */
export interface QueueOptions {
  /** How the queue is laid out in Redis: `list`. Anything else is refused. */
  readonly layout: string;
  /** Name of the queue; for `list`, the key of the list without the client's own `keyPrefix`. Must not be empty. */
  readonly name: string;
  /** Name of the broker that holds the queue. Default `default`. */
  readonly broker?: string | undefined;
  /** Value of the `queue` label, cut at 128 characters. Default: the name. Needed when two queues share a name. */
  readonly label?: string | undefined;
}

/** A queue whose description was checked. */
export interface QueueSpecification {
  /** How the queue is laid out in Redis. */
  readonly layout: "list";
  /** Name of the queue. */
  readonly name: string;
  /** Name of the broker that holds it. */
  readonly broker: string;
  /** Value of the `queue` label: 1 to 128 characters. */
  readonly label: string;
}

const FIELDS: readonly string[] = ["layout", "name", "broker", "label"];

const REMEDY =
  'A Redis list with the key "jobs" is "list:jobs"; BullMQ keeps the waiting jobs of "jobs" in "list:bull:jobs:wait".';

/**
 * Reads the description of a queue: `"<layout>:<name>"`, split at the first colon, or an object.
 *
 * @param given - the description
 * @param path - path of the option it came from, such as `queues[1]`; part of error messages
 * @throws TaskVitalsError `INVALID_OPTION` when the layout is unknown, the name is missing or empty, a field is unknown or is
 * not a string
 */
export function parseQueue(given: string | QueueOptions, path: string): QueueSpecification {
  const fields = typeof given === "string" ? splitShortForm(given, path) : checkFields(given, path);
  const { layout, name } = fields;
  if (!isLayout(layout)) {
    // Never the whole text: it may be a URL, with a password in it, that ended up among the queues.
    throw invalidOption({
      path: typeof given === "string" ? path : `${path}.layout`,
      value: layout,
      expected: `a layout that is known: ${Object.keys(layouts).join(", ")}`,
      remedy: REMEDY,
    });
  }
  const { broker = "default", label = name } = fields;
  for (const [field, value] of Object.entries({ name, broker, label })) {
    if (typeof value === "string" && value !== "") continue;
    const expected = field === "name" ? "the name of a queue, not empty" : "text, not empty";
    throw invalidOption({ path: typeof given === "string" ? path : `${path}.${field}`, value, expected });
  }
  return { layout, name: name as string, broker: broker as string, label: labelValue(label) };
}

type Fields = Readonly<Record<string, unknown>>;

function splitShortForm(given: string, path: string): Fields {
  const colon = given.indexOf(":");
  if (colon === -1) {
    throw invalidOption({
      path,
      value: given,
      expected: `"<layout>:<name>" with a layout that is known: ${Object.keys(layouts).join(", ")}`,
      remedy: REMEDY,
    });
  }
  return { layout: given.slice(0, colon), name: given.slice(colon + 1) };
}

function checkFields(given: unknown, path: string): Fields {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw invalidOption({ path, value: given, expected: `"<layout>:<name>" or an object with ${FIELDS.join(", ")}` });
  }
  const unknown = Object.keys(given).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) {
    throw invalidOption({
      path,
      expected: `no fields but ${FIELDS.join(", ")}`,
      remedy: `Remove or correct ${describeValue(unknown)}.`,
    });
  }
  return given as Fields;
}
