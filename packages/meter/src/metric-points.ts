import type { Attributes, HrTime } from "@opentelemetry/api";
import type {
  AggregationTemporality,
  DataPoint,
  Histogram,
  HistogramMetricData,
  MetricData,
  MetricDescriptor,
} from "@opentelemetry/sdk-metrics";
import { BUCKETS, COUNT, MAX, MIN, SUM } from "./histogram.ts";
import type { InstrumentDescriptor } from "./instrument-descriptor.ts";
import { GAUGE_POINTS, HISTOGRAM_POINTS, INSTRUMENT_KINDS, SUM_POINTS } from "./sdk-shapes.ts";

/** One point before it takes the SDK's shape: a series' payload now and, for a delta, when the reader last saw it. */
export interface RawPoint {
  readonly attributes: Attributes;
  /** Milliseconds since the epoch. */
  readonly start: number;
  readonly payload: Float64Array;
  readonly before: Float64Array | undefined;
}

/** The SDK's metric of some points; `undefined` without points. */
export function toMetricData(
  descriptor: InstrumentDescriptor,
  aggregationTemporality: AggregationTemporality,
  points: readonly RawPoint[],
  end: number,
): MetricData | undefined {
  if (points.length === 0) return undefined;
  const { name, description, unit, valueType } = descriptor;
  const base = {
    descriptor: { name, description, unit, valueType } satisfies MetricDescriptor,
    aggregationTemporality,
  };
  const endTime = toHrTime(end);
  const times = (start: number) => ({ startTime: toHrTime(Math.min(start, end)), endTime });
  switch (descriptor.kind) {
    case INSTRUMENT_KINDS.histogram:
      return {
        ...base,
        dataPointType: HISTOGRAM_POINTS,
        dataPoints: points.map((point) => ({
          ...times(point.start),
          attributes: point.attributes,
          value: toHistogram(descriptor.bounds, point),
        })),
      } satisfies HistogramMetricData;
    case INSTRUMENT_KINDS.gauge:
    case INSTRUMENT_KINDS.observableGauge:
      return { ...base, dataPointType: GAUGE_POINTS, dataPoints: points.map((point) => toNumber(point, times)) };
    default:
      return {
        ...base,
        dataPointType: SUM_POINTS,
        isMonotonic:
          descriptor.kind === INSTRUMENT_KINDS.counter || descriptor.kind === INSTRUMENT_KINDS.observableCounter,
        dataPoints: points.map((point) => toNumber(point, times)),
      };
  }
}

function toNumber(
  { attributes, start, payload, before }: RawPoint,
  times: (start: number) => Pick<DataPoint<number>, "startTime" | "endTime">,
): DataPoint<number> {
  return { ...times(start), attributes, value: (payload[0] as number) - (before?.[0] ?? 0) };
}

/**
 * Without observations there is no smallest and no largest, and of a delta or of what others counted they are not known: the cells keep
 * those of the series' life. OTLP makes both optional.
 */
function toHistogram(bounds: readonly number[], { payload, before }: RawPoint): Histogram {
  const since = (index: number): number => (payload[index] as number) - (before?.[index] ?? 0);
  const counts = Array.from({ length: bounds.length + 1 }, (_, bucket) => since(BUCKETS + bucket));
  const count = since(COUNT);
  const extremes = count > 0 && before === undefined && !Number.isNaN(payload[MIN]);
  return {
    buckets: { boundaries: [...bounds], counts },
    count,
    sum: since(SUM),
    ...(extremes ? { min: payload[MIN] as number, max: payload[MAX] as number } : {}),
  };
}

function toHrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
