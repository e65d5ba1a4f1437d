import {
  AggregationTemporality,
  type DataPoint,
  InstrumentType,
  MeterProvider,
  MetricReader,
} from "@opentelemetry/sdk-metrics";

class TestReader extends MetricReader {
  constructor() {
    super({
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : AggregationTemporality.CUMULATIVE,
    });
  }

  protected async onForceFlush(): Promise<void> {}

  protected async onShutdown(): Promise<void> {}
}

/** The standard SDK's meter provider, and what it would export. */
export interface Collected {
  readonly provider: MeterProvider;
  /** Values of one metric by label set (`task=a,queue=b`); of a histogram its count. Empty when the metric has no series. */
  values(name: string): Promise<Record<string, number>>;
  /** The points of one metric. */
  points(name: string): Promise<readonly DataPoint<unknown>[]>;
}

/** Sets up a real meter provider whose metrics can be read. */
export function collectPoints(): Collected {
  const reader = new TestReader();
  const provider = new MeterProvider({ readers: [reader] });
  const points = async (name: string): Promise<readonly DataPoint<unknown>[]> => {
    const { resourceMetrics } = await reader.collect();
    const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return all.find((metric) => metric.descriptor.name === name)?.dataPoints ?? [];
  };
  return {
    provider,
    points,
    values: async (name) =>
      Object.fromEntries(
        (await points(name)).map(({ attributes, value }) => [
          Object.entries(attributes)
            .map(([key, text]) => `${key}=${text}`)
            .join(),
          typeof value === "number" ? value : (value as { count: number }).count,
        ]),
      ),
  };
}
