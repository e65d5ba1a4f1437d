import type { Attributes } from "@opentelemetry/api";
import { labelName } from "./label-name.ts";
import { escapeLabelValue, LONGEST_VALUE, labelValue } from "./label-value.ts";
import type { Refusals } from "./refusals.ts";

/** Attributes as the meter keeps them: a frozen copy with string values, and their text on a page. */
export interface LabelSet {
  readonly attributes: Readonly<Record<string, string>>;
  /** In the order of the label names; final (well-formed, cut, not empty). */
  readonly values: readonly string[];
  readonly names: LabelNames;
  /** `queue="emails",task="send"`, or `""`. Two label sets with one text are one series. */
  readonly text: string;
}

/** The label names that some label sets share. */
export interface LabelNames {
  readonly sorted: readonly string[];
  /** The names as one string: label sets with the same key have the same names. */
  readonly key: string;
  /** What stands before each value on a page, from the quote that ends the value before it. */
  readonly openings: readonly string[];
}

/** What one order of attribute keys comes to. */
export interface Shape {
  /** The keys as they were given. */
  readonly given: readonly string[];
  /** The keys that are kept, in the order of their label names. */
  readonly keys: readonly string[];
  /** Where each kept key is among the given ones. */
  readonly places: readonly number[];
  readonly names: LabelNames;
}

interface ShapeNode {
  readonly next: Map<string, ShapeNode>;
  shape: Shape | undefined;
}

/** Orders of attribute keys remembered per instrument; real code uses one or two. */
const MOST_SHAPES = 256;
const EMPTY: LabelSet = { attributes: Object.freeze({}), values: [], names: namesOf([]), text: "" };

/** Reads attributes for one instrument: names sanitised once per shape, values when a label set is first seen. */
export class LabelSets {
  readonly #root: ShapeNode = { next: new Map(), shape: undefined };
  readonly #instrument: string;
  readonly #refusals: Refusals;
  readonly #reserved: ReadonlySet<string>;
  readonly #longestValue: number;
  #shapes = 0;

  /** `reserved` are label names that are not for the caller to use; values are cut at `longestValue` characters. */
  constructor(
    instrument: string,
    refusals: Refusals,
    reserved: readonly string[],
    longestValue: number = LONGEST_VALUE,
  ) {
    this.#instrument = instrument;
    this.#refusals = refusals;
    this.#reserved = new Set(reserved);
    this.#longestValue = longestValue;
  }

  /**
   * The label set of any attributes. Never throws: what cannot be read is left out and counted, so that the recording
   * itself still counts.
   */
  read(attributes: unknown): LabelSet {
    if (attributes === undefined || attributes === null) return EMPTY;
    let keys: string[];
    try {
      if (typeof attributes !== "object") throw new TypeError("attributes are not an object");
      keys = Object.keys(attributes);
    } catch {
      this.#refuseAll();
      return EMPTY;
    }
    if (keys.length === 0) return EMPTY;
    const shape = this.shape(keys);
    return this.#finish(shape, attributes as Attributes);
  }

  /**
   * Birth of a series is the one moment that may allocate. What thousands of births leave behind grows the heap for
   * good all the same, so arrays have their size from the start, and closures and iterators stay out of the usual way.
   */
  #finish(shape: Shape, attributes: Attributes): LabelSet {
    const { keys, names } = shape;
    const values = new Array<string>(keys.length);
    for (let index = 0; index < keys.length; index++) values[index] = this.#value(keys[index] as string, attributes);
    return values.includes("") ? withoutEmpty(keys, values) : finished(keys, values, names);
  }

  #value(key: string, attributes: Attributes): string {
    try {
      return labelValue(attributes[key], this.#longestValue);
    } catch {
      this.#refuseValue(key);
      return "";
    }
  }

  #refuseAll(): void {
    this.#refuse("*", () => `The attributes of ${this.#instrument} cannot be read; recorded without any.`);
  }

  #refuseValue(key: string): void {
    const name = this.#instrument;
    this.#refuse(key, () => `A value of attribute ${quote(key)} of ${name} cannot be written; left out.`);
  }

  /** The shape of attributes that were given with these keys, in this order. The keys are kept. */
  shape(keys: readonly string[]): Shape {
    let node: ShapeNode | undefined = this.#root;
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string;
      let next: ShapeNode | undefined = node?.next.get(key);
      if (next === undefined && node !== undefined && this.#shapes < MOST_SHAPES) {
        this.#shapes++;
        next = { next: new Map(), shape: undefined };
        node.next.set(key, next);
      }
      node = next;
    }
    if (node === undefined) return this.#resolve(keys);
    node.shape ??= this.#resolve(keys);
    return node.shape;
  }

  /** Sorted by key first, so that of two clashing attributes the same one survives in whatever order they are given. */
  #resolve(given: readonly string[]): Shape {
    const byLabel = new Map<string, string>();
    for (const key of [...given].sort()) {
      const label = labelName(key);
      if (label === undefined || this.#reserved.has(label)) {
        const fault = label === undefined ? "has no legal label name" : `is reserved as label ${label}`;
        this.#refuse(key, () => `Attribute ${quote(key)} of ${this.#instrument} ${fault}; left out.`);
      } else if (byLabel.has(label)) {
        const other = quote(byLabel.get(label) ?? "");
        this.#refuse(key, () => `Attribute ${quote(key)} of ${this.#instrument} clashes with ${other}; left out.`);
      } else byLabel.set(label, key);
    }
    const labels = [...byLabel.keys()].sort();
    const keys = labels.map((label) => byLabel.get(label) ?? "");
    return { given, keys, places: keys.map((key) => given.indexOf(key)), names: namesOf(labels) };
  }

  #refuse(key: string, message: () => string): void {
    this.#refusals.refuse(this.#instrument, "attribute", key.slice(0, 64), message);
  }
}

function finished(keys: readonly string[], values: readonly string[], names: LabelNames): LabelSet {
  if (keys.length === 0) return EMPTY;
  const attributes: Record<string, string> = {};
  const parts = new Array<string>(2 * keys.length + 1);
  for (let index = 0; index < keys.length; index++) {
    const value = values[index] as string;
    put(attributes, keys[index] as string, value);
    parts[2 * index] = names.openings[index] as string;
    parts[2 * index + 1] = escapeLabelValue(value);
  }
  parts[2 * keys.length] = '"';
  return { attributes: Object.freeze(attributes), values, names, text: parts.join("") };
}

/** Prometheus takes an empty value for an absent label, so it is one here. */
function withoutEmpty(keys: readonly string[], values: readonly string[]): LabelSet {
  const present = keys.filter((_, index) => values[index] !== "");
  const names = namesOf(present.map((key) => labelName(key) ?? ""));
  return finished(
    present,
    values.filter((value) => value !== ""),
    names,
  );
}

/** As assigning, but a key `__proto__` is a key like any other. */
function put(attributes: Record<string, string>, key: string, value: string): void {
  if (key !== "__proto__") attributes[key] = value;
  else Object.defineProperty(attributes, key, { value, enumerable: true });
}

function namesOf(sorted: readonly string[]): LabelNames {
  const openings = sorted.map((name, index) => `${index === 0 ? "" : '",'}${name}="`);
  return { sorted, key: sorted.join(","), openings };
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 64).toWellFormed());
}
