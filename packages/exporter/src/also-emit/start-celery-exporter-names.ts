import type { TaskVitals } from "taskvitals";
import type { ConfiguredQueue, ExporterConfiguration } from "../configuration/exporter-configuration.ts";
import { CeleryExporterNames } from "./celery-exporter-names.ts";
import { oldGauges } from "./old-metrics.ts";

/** Starts what `--also-emit` asks for; says which of the old names cannot be known as the exporter is configured. */
export function startCeleryExporterNames(
  { alsoEmit, celeryEvents, lease, queues }: ExporterConfiguration,
  vitals: TaskVitals,
  info: (message: string) => void,
): CeleryExporterNames | undefined {
  if (alsoEmit === undefined) return undefined;
  const isAsking = celeryEvents.some(({ value }) => value.inspect);
  if (!isAsking) {
    const names = `${oldGauges.activeWorkerCount.name} and ${oldGauges.activeProcessCount.name}`;
    info(`${alsoEmit.where}: ${names} are known where workers are asked; add --celery-inspect for them.`);
  }
  const hasQueues = queues.some(({ source }) => source.kind !== "counter" && source.layout === "celery");
  if (!hasQueues) {
    info(`${alsoEmit.where}: ${oldGauges.queueLength.name} needs the queues; add --queue celery:<name>, or celery:*.`);
  }
  return new CeleryExporterNames({ vitals, queueName: celeryQueueNames(queues), endsWithEvents: lease !== undefined });
}

/**
 * The names of Celery's queues by their labels. Of a queue that was found nothing but the label is known: it is Celery's where no other framework's queues are
 * looked for.
 */
export function celeryQueueNames(queues: readonly ConfiguredQueue[]): (label: string) => string | undefined {
  const named = new Map<string, string | undefined>();
  const sought = new Set<string>();
  const names = queues.flatMap(({ source }) =>
    source.kind === "queue" && source.layout === "celery" ? [source.name] : [],
  );
  for (const { source } of queues) {
    if (source.kind === "discovery") sought.add(source.layout);
    if (source.kind !== "queue") continue;
    const { label, layout, name } = source;
    const isAlone = names.filter((one) => one === name).length === 1;
    named.set(label, layout !== "celery" ? undefined : isAlone ? name : label);
  }
  const findsCelery = sought.size === 1 && sought.has("celery");
  return (label) => (named.has(label) ? named.get(label) : findsCelery ? label : undefined);
}
