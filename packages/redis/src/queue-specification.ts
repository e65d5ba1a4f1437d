import { invalidOption, labelValue } from "@taskvitals/core";
import { refuseUnknownFields, requireText } from "./checked-fields.ts";
import { type CounterOptions, type CounterSpecification, parseCounter } from "./counter-specification.ts";
import { isLayout, type LayoutName, layouts } from "./layouts/layouts.ts";
import type { QueueLayout } from "./layouts/queue-layout.ts";
import type { QueueOptions } from "./queue-options.ts";
import { suggestion } from "./suggestion.ts";

/** A queue whose description was checked. */
export interface QueueSpecification {
  readonly kind: "queue";
  /** How the queue is laid out in Redis. */
  readonly layout: LayoutName;
  /** Name of the queue. */
  readonly name: string;
  /** Name of the broker that holds it. */
  readonly broker: string;
  /** Value of the `queue` label: 1 to 128 characters. */
  readonly label: string;
  /** The layout's own fields, defaults filled in. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Every queue that a framework has, found by asking. */
export interface DiscoverySpecification {
  readonly kind: "discovery";
  /** How the queues are laid out in Redis. */
  readonly layout: LayoutName;
  /** Name of the broker that holds them. */
  readonly broker: string;
  /** The layout's own fields, defaults filled in. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What an entry of `queues` describes: a queue, all queues of a framework, or a counter that lives in Redis. */
export type SourceSpecification = QueueSpecification | DiscoverySpecification | CounterSpecification;

/** The name that stands for every queue of a framework. */
export const EVERY_QUEUE = "*";

const GENERAL_FIELDS: readonly string[] = ["layout", "name", "broker", "label"];

const REMEDY =
  'A Redis list with the key "jobs" is "list:jobs", the queue "emails" of BullMQ is "bullmq:emails", and all of them are "bullmq:*".';

/**
 * Reads the description of a queue: `"<layout>:<name>"`, split at the first colon, or an object.
 *
 * @param given - the description
 * @param path - path of the option it came from, such as `queues[1]`; part of error messages
 * @throws TaskVitalsError `INVALID_OPTION` when the layout is unknown, the name is missing or empty, or a field is unknown or not
 * acceptable
 */
export function parseQueue(given: string | QueueOptions | CounterOptions, path: string): SourceSpecification {
  const short = typeof given === "string";
  const { layout: layoutName, rest, source } = short ? splitShortForm(given, path) : requireObject(given, path);
  if (layoutName === "counter") return parseCounter(source, path);
  if (!isLayout(layoutName)) {
    const meant =
      typeof layoutName === "string" ? suggestion(layoutName, [...Object.keys(layouts), "counter"]) : undefined;
    // Never the whole text: it may be a URL, with a password in it, that ended up among the queues.
    throw invalidOption({
      path: short ? path : `${path}.layout`,
      value: layoutName,
      expected: `a layout that is known: ${knownLayouts()}`,
      remedy: meant === undefined ? REMEDY : `${meant} ${REMEDY}`,
    });
  }
  const layout: QueueLayout = layouts[layoutName];
  const fields = rest === undefined ? (source as Fields) : (layout.shortForm?.(rest) ?? { name: rest });
  const at = (field: string): string => (short ? path : `${path}.${field}`);
  return checkFields(layoutName, layout, { ...fields, layout: layoutName }, path, at);
}

type Fields = Readonly<Record<string, unknown>>;

function checkFields(
  name: LayoutName,
  layout: QueueLayout,
  given: Fields,
  path: string,
  at: (field: string) => string,
): QueueSpecification | DiscoverySpecification {
  refuseUnknownFields(given, [...GENERAL_FIELDS, ...Object.keys(layout.fields)], path);
  const { broker = "default", label } = given;
  requireText(given.name, "the name of a queue, not empty", at("name"));
  requireText(broker, "text, not empty", at("broker"));
  const fields: Record<string, unknown> = {};
  for (const [field, { accepts, expected, fallback }] of Object.entries(layout.fields)) {
    const value = given[field];
    if (value !== undefined && !accepts(value)) throw invalidOption({ path: at(field), value, expected });
    fields[field] = value ?? fallback;
  }
  if (given.name === EVERY_QUEUE) {
    if (label !== undefined) {
      const expected = "no label where every queue is asked for: each has its own name";
      throw invalidOption({ path: at("label"), value: label, expected });
    }
    if (layout.index === undefined) {
      const expected = `the name of a queue; ${layout.framework} keeps no list of its queues`;
      throw invalidOption({ path: at("name"), value: given.name, expected, remedy: "Declare each queue by its name." });
    }
    return { kind: "discovery", layout: name, broker, fields };
  }
  if (label !== undefined) requireText(label, "text, not empty", at("label"));
  return { kind: "queue", layout: name, name: given.name, broker, label: labelValue(label ?? given.name), fields };
}

function knownLayouts(): string {
  return [...Object.keys(layouts), "counter"].join(", ");
}

/** An entry of `queues`, as far as it says which layout it has. */
interface Source {
  readonly layout: unknown;
  /** What follows the colon of the short form. */
  readonly rest: string | undefined;
  /** What the layout's own parser is given: that text, or the object. */
  readonly source: unknown;
}

function splitShortForm(given: string, path: string): Source {
  const colon = given.indexOf(":");
  if (colon === -1) {
    throw invalidOption({
      path,
      value: given,
      expected: `"<layout>:<name>" with a layout that is known: ${knownLayouts()}`,
      remedy: REMEDY,
    });
  }
  const rest = given.slice(colon + 1);
  return { layout: given.slice(0, colon), rest, source: rest };
}

function requireObject(given: unknown, path: string): Source {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const expected = `"<layout>:<name>" or an object with ${GENERAL_FIELDS.join(", ")}`;
    throw invalidOption({ path, value: given, expected });
  }
  return { layout: (given as Fields).layout, rest: undefined, source: given };
}
