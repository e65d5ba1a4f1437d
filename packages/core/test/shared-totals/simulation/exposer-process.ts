import type { SharedTotals } from "../../../src/shared-totals/slot-sum.ts";
import { TotalsExposer } from "../../../src/shared-totals/totals-exposer.ts";
import { Actor } from "./actor.ts";
import type { Known } from "./knowledge.ts";
import type { Platform } from "./platform.ts";

/** A process that shows the totals. */
export class ExposerProcess extends Actor {
  readonly name: string;
  readonly bornAtMs: number;
  readonly known: Known = new Map();
  /** When it began to make the store whole the last time that this succeeded, and what it knew then. */
  delivered: { readonly sinceMs: number; readonly known: Known } | undefined;
  readonly problems: string[] = [];
  readonly #platform: Platform;
  readonly #exposer: TotalsExposer;
  #isTending = false;

  constructor(platform: Platform, name: string) {
    super(platform.time);
    this.#platform = platform;
    this.name = name;
    this.bornAtMs = platform.time.nowMs;
    this.#exposer = new TotalsExposer({
      store: platform.server.connection(this, {
        answered: (method, request, answer) => platform.knowledge.learn(this.known, method, request, answer),
      }),
      codec: platform.codec,
      intervalMs: platform.intervalMs,
      foldAfterMs: platform.foldAfterMs,
      limits: { maxSeries: 1000, pruneIdleMs: 1e9, rememberMs: 1e9 },
      elapsed: () => this.time.nowMs,
      now: () => this.time.nowMs,
      onProblem: (message) => this.problems.push(message),
    });
    const { dice, intervalMs } = platform;
    this.repeat(
      () => dice.between(0.9, 1.1) * intervalMs,
      () => this.#tend(),
    );
    this.repeat(
      () => dice.between(0.2, 1) * intervalMs,
      () => this.read(() => {}),
    );
  }

  read(onTotals: (shown: ReadonlyMap<string, number>) => void): void {
    const show = this.#platform.reading(this);
    this.#exposer.read().then(
      (totals) => {
        if (totals === undefined) return;
        const shown = valuesOf(totals);
        show(shown);
        onTotals(shown);
      },
      () => {},
    );
  }

  #tend(): void {
    if (this.#isTending) return;
    this.#isTending = true;
    const sinceMs = this.time.nowMs;
    const known = new Map(this.known);
    this.#exposer.tend().then(
      () => {
        this.#isTending = false;
        this.delivered = { sinceMs, known };
      },
      () => {
        this.#isTending = false;
      },
    );
  }
}

function valuesOf({ series }: SharedTotals): Map<string, number> {
  return new Map(series.map(({ series: { labels }, cells }) => [String(labels.task), cells[0] as number]));
}
