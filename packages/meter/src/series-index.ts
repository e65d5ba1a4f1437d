import { getOrCreate } from "./get-or-create.ts";
import type { LabelNames, LabelSet } from "./label-sets.ts";
import type { Series } from "./series.ts";

type Node = Map<string, Node | Series>;

/**
 * Finds a series by its label values through nested Maps, one level per label in the order of the label names: no key
 * is built and nothing is allocated. Only final values are ever keys, so a raw value that needs work is simply not
 * found.
 */
export class SeriesIndex {
  readonly #roots = new Map<string, Node>();
  #bare: Series | undefined;

  /** The series without labels. */
  get bare(): Series | undefined {
    return this.#bare;
  }

  root(names: LabelNames): Node | undefined {
    return this.#roots.get(names.key);
  }

  get(set: LabelSet): Series | undefined {
    if (set.names.sorted.length === 0) return this.#bare;
    let node: Node | Series | undefined = this.#roots.get(set.names.key);
    const { values } = set;
    for (let level = 0; level < values.length && node !== undefined; level++) {
      node = (node as Node).get(values[level] as string);
    }
    return node as Series | undefined;
  }

  set(set: LabelSet, series: Series): void {
    const { names, values } = set;
    const last = values.length - 1;
    if (last < 0) {
      this.#bare = series;
      return;
    }
    let node: Node = getOrCreate(this.#roots, names.key, newNode);
    for (let level = 0; level < last; level++) node = getOrCreate(node, values[level] as string, newNode) as Node;
    node.set(values[last] as string, series);
  }

  /** Removes the entry and the Maps that it leaves empty. */
  delete(set: LabelSet): void {
    const { values } = set;
    if (values.length === 0) {
      this.#bare = undefined;
      return;
    }
    const path: Node[] = [];
    let node: Node | Series | undefined = this.#roots.get(set.names.key);
    for (const value of values) {
      if (node === undefined) return;
      path.push(node as Node);
      node = (node as Node).get(value);
    }
    for (let level = path.length - 1; level >= 0; level--) {
      const at = path[level] as Node;
      at.delete(values[level] as string);
      if (at.size > 0) return;
    }
    this.#roots.delete(set.names.key);
  }
}

function newNode(): Node {
  return new Map();
}
