import type { Counter, Histogram, Meter, MetricOptions } from "@opentelemetry/api";

/** What an application said of an instrument, for the pages that show it. */
export interface DescribedInstruments {
  /** The options that the instrument of this name was created with in this process. */
  get(name: string): MetricOptions | undefined;
}

/**
 * A meter whose counters and histograms are on one meter, whose totals are shared, and whose other instruments, which cannot be added up, are on
 * another.
 *
 * @param described - learns what each shared instrument was created with
 */
export function createSharedMeter(shared: Meter, local: Meter, described: Map<string, MetricOptions>): Meter {
  const describe = (name: string, options: MetricOptions | undefined): void => {
    if (options !== undefined && !described.has(name)) described.set(name, options);
  };
  return {
    createCounter: (name: string, options?: MetricOptions): Counter => {
      describe(name, options);
      return shared.createCounter(name, options);
    },
    createHistogram: (name: string, options?: MetricOptions): Histogram => {
      describe(name, options);
      return shared.createHistogram(name, options);
    },
    createGauge: (...given) => local.createGauge(...given),
    createUpDownCounter: (...given) => local.createUpDownCounter(...given),
    createObservableGauge: (...given) => local.createObservableGauge(...given),
    createObservableCounter: (...given) => local.createObservableCounter(...given),
    createObservableUpDownCounter: (...given) => local.createObservableUpDownCounter(...given),
    addBatchObservableCallback: (...given) => local.addBatchObservableCallback(...given),
    removeBatchObservableCallback: (...given) => local.removeBatchObservableCallback(...given),
  };
}
