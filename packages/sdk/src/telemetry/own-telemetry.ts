import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import type { Resource } from "@opentelemetry/resources";
import { type IMetricReader, MeterProvider } from "@opentelemetry/sdk-metrics";
import type { ProblemListener } from "@taskvitals/core";
import type { PageSource } from "../endpoint/index.ts";
import { withLegalLabels } from "./legal-labels.ts";
import { createOtlpReader, type OtlpSettings } from "./otlp-reader.ts";
import { ScrapeReader } from "./scrape-reader.ts";
import { SCOPE_NAME, type Telemetry } from "./telemetry.ts";

/** What {@link createOwnTelemetry} needs. */
export interface OwnTelemetryOptions {
  readonly resource: Resource;
  /** Push over OTLP as well. */
  readonly otlp: OtlpSettings | undefined;
  readonly onProblem: ProblemListener;
}

/** Telemetry on a meter provider of our own: scraped, and pushed where asked for. */
export async function createOwnTelemetry(options: OwnTelemetryOptions): Promise<Telemetry> {
  const { onProblem } = options;
  const scrape = new ScrapeReader();
  const readers: IMetricReader[] = [scrape];
  if (options.otlp !== undefined) readers.push(await createOtlpReader(options.otlp, () => [], onProblem));
  const provider = new MeterProvider({ resource: options.resource, readers });
  const meter = provider.getMeter(SCOPE_NAME);
  return {
    provider,
    meter,
    observables: meter,
    collectPage: createPageSource(scrape, onProblem),
    flush: () => provider.forceFlush(),
    shutdown: () => provider.shutdown(),
  };
}

function createPageSource(reader: ScrapeReader, onProblem: ProblemListener): PageSource {
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  return async ({ timeoutMs }) => {
    const { resourceMetrics, errors } = await reader.collect({ timeoutMillis: timeoutMs });
    for (const error of errors) {
      onProblem(
        "collect",
        `A metric callback failed or was too slow (${error instanceof Error ? error.name : "no Error"}).`,
      );
    }
    const legal = withLegalLabels(resourceMetrics, (metric, label) =>
      onProblem(
        "expose",
        `Metric "${metric.slice(0, 128)}" has the label "${label.slice(0, 128)}", which Prometheus does not allow or which meets another; it was renamed or joined.`,
      ),
    );
    return serializer.serialize(legal);
  };
}
