/**
 * What is asked of a registry of `prom-client`: a `Registry` of its versions 14 and 15 fits as it is, its default `register`, merged and aggregated ones
 * included. An object of one's own needs {@link metrics} alone.
 */
export interface PromClientRegistry {
  /** The whole page of the registry, in the text format of Prometheus or, as {@link contentType} says, of OpenMetrics. Asked once per page of ours. */
  metrics(): string | Promise<string>;
  /** The format of {@link metrics}. One that begins with `application/openmetrics-text` is OpenMetrics; any other, or none, is the text format 0.0.4. */
  readonly contentType?: string;
  /**
   * What the registry has, by name. Where it is there, and {@link getSingleMetricAsString} as well, and the format is not OpenMetrics, each metric is asked for by
   * itself, so that one that throws or hangs costs none of the others.
   */
  getMetricsAsArray?(): readonly PromClientMetric[];
  /** The lines of one metric, as {@link metrics} has them. */
  getSingleMetricAsString?(name: string): string | Promise<string>;
}

/** What is asked of a metric of `prom-client`. */
export interface PromClientMetric {
  /** Under which the registry has it. */
  readonly name: string;
}
