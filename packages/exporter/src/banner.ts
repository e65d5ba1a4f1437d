import type { ExporterConfiguration } from "./configuration/exporter-configuration.ts";
import type { Exporter } from "./exporter.ts";

/** What a person at a terminal is told at start: where the page is, and what is read. */
export function banner(
  version: string,
  configuration: ExporterConfiguration,
  { url, brokers, vitals }: Exporter,
): string {
  const lines = [
    `taskvitals-exporter ${version}`,
    url === undefined ? "Metrics:  no page (OTEL_METRICS_EXPORTER)" : `Metrics:  ${url}`,
  ];
  const page = vitals.endpoint?.livePageUrl;
  if (page !== undefined) lines.push(`Page:     ${page} in a browser`);
  for (const { name, address } of brokers) {
    const sources = sourcesOn(name, configuration);
    lines.push(`Broker:   ${name} (${address})`);
    lines.push(`          ${sources.length === 0 ? "its health alone: no queue is declared" : sources.join(", ")}`);
  }
  return `${[...lines, "Ctrl-C ends."].join("\n")}\n`;
}

/** What is read on a broker, in words: queues, counters, events. */
export function sourcesOn(
  broker: string,
  { bullmqEvents, celeryEvents, queues }: ExporterConfiguration,
): readonly string[] {
  const listed = queues.flatMap(({ source }) => {
    if (source.broker !== broker) return [];
    if (source.kind === "counter") return [`counter:${source.key}`];
    return [`${source.layout}:${source.kind === "discovery" ? "*" : source.name}`];
  });
  const isHere = ({ value }: { readonly value: { readonly broker: string } }): boolean => value.broker === broker;
  return [
    ...listed,
    ...celeryEvents.filter(isHere).map(() => "Celery's events"),
    ...bullmqEvents.filter(isHere).map(() => "BullMQ's events"),
  ];
}
