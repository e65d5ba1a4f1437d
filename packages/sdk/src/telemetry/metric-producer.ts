import { emptyResource } from "@opentelemetry/resources";
import type { CollectionResult, MetricProducer } from "@opentelemetry/sdk-metrics";

/** Hands the gauges of taskvitals to the readers of a meter provider that is not ours. */
export interface TaskVitalsMetricProducer extends MetricProducer {
  /** Marks it for the type system; holds nothing. */
  readonly kind: "taskvitals";
}

const EMPTY: CollectionResult = { resourceMetrics: { resource: emptyResource(), scopeMetrics: [] }, errors: [] };

/** A {@link TaskVitalsMetricProducer} that is empty until a source is attached. */
export class AttachableProducer implements TaskVitalsMetricProducer {
  readonly kind = "taskvitals" as const;
  #source: MetricProducer | undefined;
  #collecting: Promise<CollectionResult> | undefined;

  /** Makes `source` what is produced from now on; `undefined` makes it empty again. */
  attach(source: MetricProducer | undefined): void {
    this.#source = source;
    this.#collecting = undefined;
  }

  /** Readers that collect at the same time share one collection: the first to finish would otherwise take what both observed. */
  collect(options?: Parameters<MetricProducer["collect"]>[0]): Promise<CollectionResult> {
    if (this.#collecting !== undefined) return this.#collecting;
    const collecting = this.#collect(options).finally(() => {
      if (this.#collecting === collecting) this.#collecting = undefined;
    });
    this.#collecting = collecting;
    return collecting;
  }

  async #collect(options: Parameters<MetricProducer["collect"]>[0]): Promise<CollectionResult> {
    if (this.#source === undefined) return EMPTY;
    try {
      return await this.#source.collect(options);
    } catch (error) {
      // A producer that rejects would blank everything else the reader collected.
      return { ...EMPTY, errors: [error] };
    }
  }
}

/**
 * Creates what brings the gauges of taskvitals to readers of your own: pass it in their `metricProducers`, then to
 * `startTaskVitals({ meterProvider, metricProducer })`. Until then, and after shutdown, it is empty. One serves several readers.
 */
export function createMetricProducer(): TaskVitalsMetricProducer {
  return new AttachableProducer();
}
