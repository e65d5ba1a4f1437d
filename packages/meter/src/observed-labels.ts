import type { Attributes } from "@opentelemetry/api";
import { getOrCreate } from "./get-or-create.ts";
import type { LabelSet, LabelSets, Shape } from "./label-sets.ts";

const isOwn = Object.prototype.hasOwnProperty;

/** Collections after which what was not observed since the last turn begins to be forgotten. */
const COLLECTIONS_PER_TURN = 16;
/** Label sets with the same first value that are remembered: they are looked through one by one. */
const LARGEST_BUCKET = 16;

/** Label sets that were given with the same keys in the same order, by their first value. */
interface Shelf {
  recent: Map<string, LabelSet[]>;
  older: Map<string, LabelSet[]>;
}

const EMPTY: Shelf = newShelf();

/**
 * The label sets that the observables of a provider were lately observed with. Values are new at each collection, labels hardly ever: made anew for tens
 * of thousands of gauges they are most of the work, and, alive until the page is written, most of what the garbage collector stops the process
 * for. A label set that was not observed for 32 collections is forgotten.
 */
export class ObservedLabels {
  readonly #shelves = new Map<string, Shelf>();
  readonly #most: number;
  #collections = 0;
  #born = 0;

  /** Remembers nothing yet, and later at most about twice as many label sets as `most` beside those that are in use. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Called before each collection. */
  age(): void {
    this.#collections += 1;
    if (this.#collections >= COLLECTIONS_PER_TURN) this.#turn();
  }

  /** The label sets of a shelf with this first value. */
  bucket(shelf: string, first: string): readonly LabelSet[] | undefined {
    const { recent, older } = this.#shelves.get(shelf) ?? EMPTY;
    const found = recent.get(first);
    if (found !== undefined) return found;
    const old = older.get(first);
    if (old !== undefined) recent.set(first, old);
    return old;
  }

  /** Remembers one more. */
  add(shelf: string, first: string, set: LabelSet): void {
    if (this.#born >= this.#most) this.#turn();
    const { recent } = getOrCreate(this.#shelves, shelf, newShelf);
    const bucket = getOrCreate(recent, first, newBucket);
    if (bucket.length >= LARGEST_BUCKET) return;
    bucket.push(set);
    this.#born += 1;
  }

  #turn(): void {
    this.#collections = 0;
    this.#born = 0;
    for (const [name, shelf] of this.#shelves) {
      if (shelf.recent.size === 0) this.#shelves.delete(name);
      shelf.older = shelf.recent;
      shelf.recent = new Map();
    }
  }
}

function newShelf(): Shelf {
  return { recent: new Map(), older: new Map() };
}

function newBucket(): LabelSet[] {
  return [];
}

/** Reads the attributes of one observable, as {@link LabelSets} does, and remembers what it read. */
export class ObservedLabelReader {
  readonly #labels: LabelSets;
  readonly #memory: ObservedLabels;
  #shape: Shape | undefined;
  #shelf = "";

  constructor(labels: LabelSets, memory: ObservedLabels) {
    this.#labels = labels;
    this.#memory = memory;
  }

  /** The label set of any attributes. Never throws. */
  read(attributes: Attributes | undefined): LabelSet {
    if (typeof attributes !== "object" || attributes === null) return this.#labels.read(attributes);
    try {
      return this.#find(attributes) ?? this.#remember(attributes);
    } catch {
      // A hostile object: reading it the careful way counts what is wrong with it.
      return this.#labels.read(attributes);
    }
  }

  #find(attributes: Attributes): LabelSet | undefined {
    const { keys } = this.#shapeOf(attributes);
    const first = attributes[keys[0] as string];
    if (keys.length === 0 || typeof first !== "string") return undefined;
    return this.#memory
      .bucket(this.#shelf, first)
      ?.find(({ values }) => keys.every((key, index) => values[index] === attributes[key]));
  }

  /** Most observations have the keys of the one before, so the shape is checked by comparing and not looked up. */
  #shapeOf(attributes: Attributes): Shape {
    const given = this.#shape?.given ?? [];
    let count = 0;
    let same = this.#shape !== undefined;
    for (const key in attributes) if (isOwn.call(attributes, key) && key !== given[count++]) same = false;
    if (!same || count !== given.length || this.#shape === undefined) {
      const all = Object.keys(attributes);
      this.#shape = this.#labels.shape(all);
      this.#shelf = all.join("\0");
    }
    return this.#shape;
  }

  /** A value that had to be changed, or was no text, is never found again: it is read each time. */
  #remember(attributes: Attributes): LabelSet {
    const set = this.#labels.read(attributes);
    const { keys } = this.#shape as Shape;
    const { values } = set;
    const [first] = values;
    const isFinal = values.length === keys.length && keys.every((key, index) => values[index] === attributes[key]);
    if (isFinal && first !== undefined) this.#memory.add(this.#shelf, first, set);
    return set;
  }
}
