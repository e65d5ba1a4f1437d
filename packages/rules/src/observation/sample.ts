/** One sample of a page of metrics, or of an answer of Prometheus. */
export interface Sample {
  /** Name of the metric, with the suffix of its part where it is a histogram. */
  readonly name: string;
  /** Its labels, unescaped. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its value, in the unit of the metric. */
  readonly value: number;
}
