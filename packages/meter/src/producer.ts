import type {
  AggregationTemporality,
  CollectionResult,
  InstrumentType,
  MetricCollectOptions,
  MetricData,
  MetricProducer,
  ResourceMetrics,
  ScopeMetrics,
} from "@opentelemetry/sdk-metrics";
import { getOrCreate } from "./get-or-create.ts";
import type { ScopedMeter } from "./meter.ts";
import { type RawPoint, toMetricData } from "./metric-points.ts";
import { ObservableStorage } from "./observable.ts";
import { ObservationReader } from "./observation-reader.ts";
import { type Observed, observe } from "./observing.ts";
import type { ProviderState } from "./provider-state.ts";
import { CUMULATIVE, DELTA, INSTRUMENT_KINDS, SUM_POINTS } from "./sdk-shapes.ts";
import { CumulativeSeriesReader, DeltaSeriesReader, type SeriesReader } from "./series-reader.ts";
import type { SeriesStorage } from "./series-storage.ts";

/** What a collection reads from. */
export interface CollectionSource {
  readonly state: ProviderState;
  /** Empty once the provider is shut down. */
  readonly meters: () => readonly ScopedMeter[];
  /** Removes idle series; called before each collection. */
  readonly prune: () => void;
  readonly observeTimeoutMs: number;
}

/** Options of `createProducer`. */
export interface ProducerOptions {
  /**
   * The temporality that the reader wants for a kind of instrument: pass the reader's or its exporter's
   * `selectAggregationTemporality`, because `collect()` is never told. Default: cumulative for all. When it throws,
   * cumulative.
   */
  readonly selectTemporality?: (kind: InstrumentType) => AggregationTemporality;
}

type PointReader = (observed: Observed, lastCollection: number | undefined, now: number) => RawPoint[];

interface StoragePoints {
  readonly temporality: AggregationTemporality;
  readonly read: PointReader;
}

/** Collects for exactly one reader, with that reader's memory of what it has reported. */
export class SeriesProducer implements MetricProducer {
  readonly #source: CollectionSource;
  readonly #select: (kind: InstrumentType) => AggregationTemporality;
  readonly #readers = new WeakMap<SeriesStorage | ObservableStorage, StoragePoints>();
  #lastCollection: number | undefined;

  constructor(source: CollectionSource, options: ProducerOptions | undefined) {
    this.#source = source;
    this.#select = options?.selectTemporality ?? (() => CUMULATIVE);
  }

  /** Never rejects: a producer that does blanks the whole page of the standard exporter. */
  async collect(options?: MetricCollectOptions): Promise<CollectionResult> {
    const errors: unknown[] = [];
    const scopeMetrics: ScopeMetrics[] = [];
    try {
      const { meters, observeTimeoutMs, prune, state } = this.#source;
      prune();
      const observed = await observe(meters(), deadline(options?.timeoutMillis, observeTimeoutMs));
      errors.push(...observed.errors);
      const now = state.now();
      for (const meter of meters()) {
        const metrics = this.#metrics(meter, observed, now, errors);
        if (metrics.length > 0) scopeMetrics.push({ scope: meter.scope, metrics });
      }
      this.#lastCollection = now;
    } catch (error) {
      errors.push(error);
    }
    return { resourceMetrics: { resource: NO_RESOURCE, scopeMetrics }, errors };
  }

  #metrics(meter: ScopedMeter, observed: Observed, now: number, errors: unknown[]): MetricData[] {
    const metrics: MetricData[] = [];
    for (const storage of meter.storages) {
      try {
        const { temporality, read } = this.#reader(storage);
        const points = read(observed, this.#lastCollection, now);
        const data = toMetricData(storage.descriptor, temporality, points, now);
        if (data !== undefined) addMetric(metrics, data);
      } catch (error) {
        errors.push(error);
      }
    }
    return metrics;
  }

  #reader(storage: SeriesStorage | ObservableStorage): StoragePoints {
    return getOrCreate(this.#readers, storage, () => {
      const temporality = this.#temporality(storage.descriptor.kind);
      const read = pointReader(storage, temporality === DELTA, this.#source.state.maxObserved);
      return { temporality, read };
    });
  }

  #temporality(kind: InstrumentType): AggregationTemporality {
    try {
      return this.#select(kind) === DELTA ? DELTA : CUMULATIVE;
    } catch {
      return CUMULATIVE;
    }
  }
}

/** A counter that is added to and one that is observed under the same name are one metric. */
function addMetric(metrics: MetricData[], data: MetricData): void {
  const at =
    data.dataPointType === SUM_POINTS && data.isMonotonic ? metrics.findIndex((it) => isSameSum(it, data)) : -1;
  const known = metrics[at];
  if (known === undefined) metrics.push(data);
  else metrics[at] = { ...known, dataPoints: [...known.dataPoints, ...data.dataPoints] } as MetricData;
}

function isSameSum(one: MetricData, other: MetricData): boolean {
  return (
    one.dataPointType === SUM_POINTS &&
    one.isMonotonic &&
    one.descriptor.name === other.descriptor.name &&
    one.descriptor.unit === other.descriptor.unit &&
    one.descriptor.valueType === other.descriptor.valueType &&
    one.aggregationTemporality === other.aggregationTemporality
  );
}

function pointReader(storage: SeriesStorage | ObservableStorage, delta: boolean, most: number): PointReader {
  if (storage instanceof ObservableStorage) {
    const reader = new ObservationReader(storage, delta, most);
    return (observed, last, now) => reader.read(observed.observations.get(storage), last, now);
  }
  const isGauge = storage.descriptor.kind === INSTRUMENT_KINDS.gauge;
  const reader: SeriesReader = delta ? new DeltaSeriesReader(storage, isGauge) : new CumulativeSeriesReader(storage);
  return (_, last, now) => reader.read(last, now);
}

/** A reader may pass anything; a wait without an end is not an option. */
export function deadline(wanted: number | undefined, otherwise: number): number {
  return wanted !== undefined && wanted >= 0 && wanted < 2 ** 31 ? wanted : otherwise;
}

/** Readers use the resource of the provider that they belong to; this one only fills the shape. */
const NO_RESOURCE: ResourceMetrics["resource"] = {
  attributes: {},
  merge: (other) => other ?? NO_RESOURCE,
  getRawAttributes: () => [],
};
