import { ProtobufMetricsSerializer } from "@opentelemetry/otlp-transformer";

/**
 * How many data points a receiver rejected that took the rest of a push, by its `partial_success`; 0 where it rejected none. A remark
 * without a number is advice of the receiver about what it did take (OTLP 1.x, "Partial Success").
 */
export function readRejectedPoints(answer: Uint8Array): number {
  try {
    const count = ProtobufMetricsSerializer.deserializeResponse(answer).partialSuccess?.rejectedDataPoints;
    return typeof count === "number" && count > 0 ? count : 0;
  } catch {
    // Whoever answers 2xx has taken the push, whatever else it says.
    return 0;
  }
}
