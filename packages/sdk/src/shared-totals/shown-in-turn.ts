import { emptyResource } from "@opentelemetry/resources";
import type { CollectionResult, MetricProducer } from "@opentelemetry/sdk-metrics";
import type { BindableMeterProvider } from "@taskvitals/meter";
import type { PageSource } from "../endpoint/index.ts";
import type { TotalsView } from "./totals-view.ts";

/** What {@link ShownInTurn} needs. */
export interface ShownInTurnOptions {
  /** Asked at each collection. */
  readonly turn: { readonly isOurs: boolean };
  readonly view: Pick<TotalsView, "refresh">;
  /** The provider on which the view shows the totals. */
  readonly shown: BindableMeterProvider;
}

const NOTHING: CollectionResult = { resourceMetrics: { resource: emptyResource(), scopeMetrics: [] }, errors: [] };
/** Longest wait for the totals where the reader names no time, in milliseconds. */
const TIMEOUT_MS = 2000;

/** The totals of the platform beside what this process has to show itself, while it is its turn. */
export class ShownInTurn {
  readonly #options: ShownInTurnOptions;
  #isIncluded = false;

  /** Shows nothing yet. */
  constructor(options: ShownInTurnOptions) {
    this.#options = options;
  }

  /** The providers that go on a page beside our own: that of the totals, or none. Never rejects. */
  async providers(timeoutMs: number): Promise<readonly BindableMeterProvider[]> {
    return (await this.#mayShow(timeoutMs)) ? [this.#options.shown] : [];
  }

  /** A producer for one reader, which is empty while it is not our turn. */
  producer(): MetricProducer {
    const producer = this.#options.shown.createProducer();
    return {
      collect: async (options) => {
        const timeoutMs = Math.min(options?.timeoutMillis ?? TIMEOUT_MS, TIMEOUT_MS);
        return (await this.#mayShow(timeoutMs)) ? producer.collect(options) : NOTHING;
      },
    };
  }

  /** Builds a page again when it was built with the totals and it is no longer our turn: somebody else may be showing them. */
  guard(page: PageSource): PageSource {
    return async (collection) => {
      this.#isIncluded = false;
      const content = await page(collection);
      return this.#isIncluded && !this.#options.turn.isOurs ? page(collection) : content;
    };
  }

  async #mayShow(timeoutMs: number): Promise<boolean> {
    const { turn, view } = this.#options;
    const isKnown = turn.isOurs && (await view.refresh(timeoutMs)) === undefined;
    this.#isIncluded = isKnown && turn.isOurs;
    return this.#isIncluded;
  }
}
