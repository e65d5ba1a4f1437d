/** One look at a sum. */
interface Look {
  readonly atMs: number;
  /** `undefined` while the sum is absent. */
  readonly value: number | undefined;
  /** Tasks that had been counted when the answer was there. */
  readonly counted: number;
}

/** A time in which the sum was absent. */
export interface Gap {
  readonly ms: number;
  /** By how much the sum was higher after it than before. */
  readonly step: number;
  /** Tasks that were counted in it, and in so long before it as the last look could be late. */
  readonly counted: number;
}

/** A sum as Prometheus has it, looked at again and again. */
export class ObservedSum {
  readonly #looks: Look[] = [];

  /** Notes a look. */
  note(look: Look): void {
    this.#looks.push(look);
  }

  /** The newest value; `undefined` while the sum is absent. */
  get latest(): number | undefined {
    return this.#looks.at(-1)?.value;
  }

  /** Looks that showed more than had been counted, or less than the look before had shown. */
  get faults(): string[] {
    return this.#shown().flatMap(({ value, counted }, index, shown) => {
      const before = shown[index - 1]?.value ?? 0;
      return value > counted || value < before ? [`${value} after ${before}, of ${counted}`] : [];
    });
  }

  /** The times in which it was absent, once it had been there. `lateMs`: what a sum may lag behind what was counted. */
  gaps(lateMs: number): Gap[] {
    const gaps: Gap[] = [];
    let last: (Look & { readonly value: number }) | undefined;
    let isGap = false;
    for (const look of this.#looks) {
      if (look.value === undefined) isGap = last !== undefined;
      else {
        if (isGap && last !== undefined) {
          const from = last.atMs - lateMs;
          const before = this.#looks.findLast(({ atMs }) => atMs <= from)?.counted ?? 0;
          gaps.push({
            ms: look.atMs - last.atMs,
            step: look.value - last.value,
            counted: look.counted - before,
          });
        }
        isGap = false;
        last = look as Look & { readonly value: number };
      }
    }
    return gaps;
  }

  #shown(): (Look & { readonly value: number })[] {
    return this.#looks.filter((look): look is Look & { readonly value: number } => look.value !== undefined);
  }
}
