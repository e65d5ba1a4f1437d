import protobuf from "protobufjs";

/** One data point as it was received. */
export interface OtlpPoint {
  readonly labels: Readonly<Record<string, string | number | boolean>>;
  /** Of a gauge or a sum. */
  readonly value?: number;
  /** Of a histogram. */
  readonly count?: number;
  readonly sum?: number;
  readonly bucketCounts?: readonly number[];
  readonly bounds?: readonly number[];
  /** Unix times in nanoseconds, rounded to what a double holds. */
  readonly startTime: number;
  readonly time: number;
}

/** One metric as it was received. */
export interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: "gauge" | "counter" | "up-down-counter" | "histogram";
  readonly temporality: "delta" | "cumulative" | undefined;
  readonly points: readonly OtlpPoint[];
}

/** The content of one push. */
export interface OtlpMessage {
  readonly resource: Readonly<Record<string, string | number | boolean>>;
  readonly metrics: readonly OtlpMetric[];
}

// The part of opentelemetry/proto/collector/metrics/v1/metrics_service.proto and what it imports that taskvitals sends.
const definition = `
syntax = "proto3";
message ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeMetrics { repeated Metric metrics = 2; }
message Metric {
  string name = 1;
  string unit = 3;
  oneof data { Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9; }
}
message Gauge { repeated NumberDataPoint data_points = 1; }
message Sum { repeated NumberDataPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramDataPoint data_points = 1; int32 aggregation_temporality = 2; }
message NumberDataPoint {
  repeated KeyValue attributes = 7;
  fixed64 start_time_unix_nano = 2;
  fixed64 time_unix_nano = 3;
  oneof value { double as_double = 4; sfixed64 as_int = 6; }
}
message HistogramDataPoint {
  repeated KeyValue attributes = 9;
  fixed64 start_time_unix_nano = 2;
  fixed64 time_unix_nano = 3;
  fixed64 count = 4;
  optional double sum = 5;
  repeated fixed64 bucket_counts = 6;
  repeated double explicit_bounds = 7;
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`;

const Request = protobuf.parse(definition).root.lookupType("ExportMetricsServiceRequest");

interface Attribute {
  readonly key: string;
  readonly value?: Readonly<Record<string, string | number | boolean>>;
}

interface Point {
  readonly attributes: readonly Attribute[];
  readonly startTimeUnixNano: number;
  readonly timeUnixNano: number;
  readonly asDouble?: number;
  readonly asInt?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly bucketCounts?: readonly number[];
  readonly explicitBounds?: readonly number[];
}

interface Data {
  readonly dataPoints: readonly Point[];
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
}

interface Metric {
  readonly name: string;
  readonly unit: string;
  readonly gauge?: Data;
  readonly sum?: Data;
  readonly histogram?: Data;
}

interface Decoded {
  readonly resourceMetrics: readonly {
    readonly resource?: { readonly attributes: readonly Attribute[] };
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
  }[];
}

/**
 * Reads an `ExportMetricsServiceRequest` in protobuf.
 *
 * @throws Error when the bytes are none, or hold a kind of metric that taskvitals does not send
 */
export function decodeOtlp(bytes: Uint8Array): OtlpMessage {
  const options = { longs: Number, arrays: true } as const;
  const { resourceMetrics } = Request.toObject(Request.decode(bytes), options) as unknown as Decoded;
  const [first] = resourceMetrics;
  if (resourceMetrics.length > 1) throw new Error("expected one resource in a push");
  return {
    resource: labelsOf(first?.resource?.attributes ?? []),
    metrics: (first?.scopeMetrics ?? []).flatMap(({ metrics }) => metrics.map(metricOf)),
  };
}

function metricOf({ name, unit, gauge, sum, histogram }: Metric): OtlpMetric {
  const data = gauge ?? sum ?? histogram;
  if (data === undefined) throw new Error(`metric ${name} is neither gauge, sum nor histogram`);
  const kind = gauge ? "gauge" : histogram ? "histogram" : data.isMonotonic ? "counter" : "up-down-counter";
  const temporality = { 1: "delta", 2: "cumulative" }[data.aggregationTemporality ?? 0] as OtlpMetric["temporality"];
  return { name, unit, kind, temporality, points: data.dataPoints.map(pointOf) };
}

function pointOf(point: Point): OtlpPoint {
  const times = { startTime: point.startTimeUnixNano, time: point.timeUnixNano };
  const labels = labelsOf(point.attributes);
  const value = point.asDouble ?? point.asInt;
  if (value !== undefined) return { labels, value, ...times };
  const { count = 0, sum = 0, bucketCounts = [], explicitBounds: bounds = [] } = point;
  return { labels, count, sum, bucketCounts, bounds, ...times };
}

function labelsOf(attributes: readonly Attribute[]): Record<string, string | number | boolean> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value ?? {})[0] ?? ""]));
}
