import { AggregationTemporality, MetricReader } from "@opentelemetry/sdk-metrics";
import { forgetfulGauges } from "./forgetful-gauges.ts";

/** Collects what the application measures when a page is asked for, and does nothing else. */
export class PullReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: forgetfulGauges(() => AggregationTemporality.CUMULATIVE) });
  }

  protected async onForceFlush(): Promise<void> {}

  protected async onShutdown(): Promise<void> {}
}
