import type { RawPoint } from "./metric-points.ts";
import type { ObservableStorage, Observations } from "./observable.ts";
import { INSTRUMENT_KINDS } from "./sdk-shapes.ts";

interface LastObserved {
  readonly value: number;
  /** When the sum began: the instrument's birth, or the last collection before it was seen to fall. */
  readonly start: number;
  readonly at: number;
}

/**
 * Turns what one collection observed into points for one reader. Gauges need no memory. Of sums the last value of each
 * set is remembered, to tell a difference or a reset; beyond `most` sets the ones longest unseen are forgotten and
 * begin anew when they return.
 */
export class ObservationReader {
  readonly #storage: ObservableStorage;
  readonly #delta: boolean;
  readonly #most: number;
  readonly #last = new Map<string, LastObserved>();

  constructor(storage: ObservableStorage, delta: boolean, most: number) {
    this.#storage = storage;
    this.#delta = delta;
    this.#most = most;
  }

  read(observations: Observations | undefined, lastCollection: number | undefined, now: number): RawPoint[] {
    const points: RawPoint[] = [];
    for (const [text, { set, value }] of observations ?? []) {
      points.push({ attributes: set.attributes, ...this.#read(text, value, lastCollection, now) });
    }
    return points;
  }

  #read(text: string, value: number, lastCollection: number | undefined, now: number): Omit<RawPoint, "attributes"> {
    const { descriptor, born } = this.#storage;
    const payload = Float64Array.of(value);
    if (descriptor.kind === INSTRUMENT_KINDS.observableGauge) return { start: born, payload, before: undefined };
    const last = this.#last.get(text);
    const fell = descriptor.kind === INSTRUMENT_KINDS.observableCounter && last !== undefined && value < last.value;
    const start = fell ? last.at : (last?.start ?? born);
    this.#remember(text, { value, start, at: now });
    if (!this.#delta) return { start, payload, before: undefined };
    const before = last === undefined || fell ? undefined : Float64Array.of(last.value);
    return { start: lastCollection ?? born, payload, before };
  }

  #remember(text: string, observed: LastObserved): void {
    this.#last.delete(text);
    this.#last.set(text, observed);
    if (this.#last.size <= this.#most) return;
    for (const oldest of this.#last.keys()) {
      this.#last.delete(oldest);
      return;
    }
  }
}
