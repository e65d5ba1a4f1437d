import { contract } from "@taskvitals/core";
import type { Sample } from "@taskvitals/rules";
import type { Doubt } from "./live-state.ts";

interface DoubtKind {
  readonly doubt: Doubt["doubt"];
  /** The label that tells one from another. */
  readonly by: "broker" | "instrument" | "operation";
}

/** Counters of what the other numbers leave out. */
const KINDS: ReadonlyMap<string, DoubtKind> = new Map([
  [contract.eventsMissed.name, { doubt: "events_missed", by: "broker" }],
  [contract.seriesOverflow.name, { doubt: "series_refused", by: "instrument" }],
  [contract.sdkError.name, { doubt: "vitals_failed", by: "operation" }],
]);
/** Doubts that are known at once; there are far fewer instruments and operations. */
const MAX_DOUBTS = 100;

/** Reasons to doubt the numbers: what was missed, refused or failed while somebody kept readings. */
export class DoubtWatch {
  readonly #keepsSeconds: number;
  /** Values of the counters by source, then by doubt. */
  readonly #before = new Map<string, ReadonlyMap<string, number>>();
  readonly #rises = new Map<string, { readonly at: number; readonly rise: number }[]>();

  /** Knows what happened in so many seconds. */
  constructor(keepsSeconds: number) {
    this.#keepsSeconds = keepsSeconds;
  }

  /** Takes the next reading of each source. What one shows that is seen for the first time happened nobody knows when. */
  add(atSeconds: number, sources: ReadonlyMap<string, readonly Sample[]>): void {
    for (const [source, samples] of sources) {
      const before = this.#before.get(source);
      const now = countsOf(samples);
      this.#before.set(source, now);
      if (before === undefined) continue;
      for (const [key, value] of now) {
        const last = before.get(key) ?? 0;
        const rise = value < last ? value : value - last;
        if (rise > 0) this.#rose(key, atSeconds, rise);
      }
    }
    for (const [key, rises] of this.#rises) {
      const kept = rises.filter(({ at }) => at > atSeconds - this.#keepsSeconds);
      if (kept.length === 0) this.#rises.delete(key);
      else this.#rises.set(key, kept);
    }
  }

  /** A source begins now, at 0. */
  begin(source: string): void {
    this.#before.set(source, new Map());
  }

  /** A source is seen for the first time again. */
  lose(source: string): void {
    this.#before.delete(source);
  }

  /** Nothing is known of the past any more. */
  clear(): void {
    this.#rises.clear();
  }

  /** What is known, by kind and name. */
  get doubts(): readonly Doubt[] {
    return [...this.#rises.entries()]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, rises]) => {
        const [doubt, of] = JSON.parse(key) as [Doubt["doubt"], string];
        return { doubt, of, count: rises.reduce((sum, { rise }) => sum + rise, 0) };
      });
  }

  #rose(key: string, at: number, rise: number): void {
    const rises = this.#rises.get(key);
    if (rises !== undefined) rises.push({ at, rise });
    else if (this.#rises.size < MAX_DOUBTS) this.#rises.set(key, [{ at, rise }]);
  }
}

function countsOf(samples: readonly Sample[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { labels, name, value } of samples) {
    const kind = KINDS.get(name);
    if (kind === undefined) continue;
    const key = JSON.stringify([kind.doubt, labels[kind.by] ?? ""]);
    counts.set(key, value + (counts.get(key) ?? 0));
  }
  return counts;
}
