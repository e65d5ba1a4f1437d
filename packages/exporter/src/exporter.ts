import { statSync } from "node:fs";
import type { BullmqEvents, CeleryEvents } from "@taskvitals/redis";
import { startTaskVitals, type TaskVitals } from "taskvitals";
import { startCeleryExporterNames } from "./also-emit/start-celery-exporter-names.ts";
import { type OpenBroker, openBroker } from "./brokers/open-broker.ts";
import { watchSecretFiles } from "./brokers/secret-files.ts";
import { bullmqKey, startBullmqEvents } from "./bullmq-events.ts";
import { celeryKey, startCeleryEvents } from "./celery-events.ts";
import type { Sourced } from "./configuration/configuration-layer.ts";
import type { ExporterConfiguration } from "./configuration/exporter-configuration.ts";
import { misconfigured } from "./configuration/misconfigured.ts";
import { EventSources, type PlannedSource } from "./event-sources.ts";
import { type Log, oncePerText } from "./log/log.ts";
import { openTotalsFile, type TotalsFile } from "./totals-file/totals-file.ts";
import { TotalsKeeping } from "./totals-keeping.ts";
import { takeTurns } from "./totals-turn.ts";
import { explained, inOurWords, vitalsOptions } from "./vitals-options.ts";
import { readWebConfig, type WebOptions } from "./web/web-config.ts";

/** A running exporter. */
export interface Exporter {
  /** Where the page is; `undefined` where none is served. */
  readonly url: string | undefined;
  readonly brokers: readonly OpenBroker[];
  readonly vitals: TaskVitals;
  /** The events of Celery that are read, in the order of the configuration. */
  readonly celery: readonly CeleryEvents[];
  /** The events of BullMQ's queues that are read, in the order of the configuration. */
  readonly bullmq: readonly BullmqEvents[];
  /** Ends it: the page, what is read, and the connections. Never rejects. */
  shutdown(): Promise<void>;
}

/**
 * Starts the exporter. Servers that are absent are no mistake: their queues have no samples until they come.
 *
 * @throws TaskVitalsError for a mistake in the configuration, `PORT_IN_USE` or `LISTEN_FAILED`; nothing is left open then
 */
export async function startExporter(
  configuration: ExporterConfiguration,
  log: Pick<Log, "info" | "warn">,
): Promise<Exporter> {
  const ending: (() => unknown)[] = [];
  const shutdown = async (): Promise<void> => {
    for (const end of ending.splice(0).reverse())
      await Promise.resolve()
        .then(end)
        .catch(() => {});
  };
  const files = watchSecretFiles();
  ending.push(() => files[Symbol.dispose]());
  const warn = oncePerText((message) => log.warn(message));
  try {
    const brokers = [...configuration.brokers].map(([name, settings]) => {
      const broker = openBroker(name, settings, { files, info: (message) => log.info(message), warn });
      ending.push(() => broker.close());
      return broker;
    });
    const { webConfigFile } = configuration;
    const web: WebOptions = webConfigFile === undefined ? {} : readWebConfig(webConfigFile, files, warn);
    const logger = { warn: (message: string) => log.warn(inOurWords(message, configuration)) };
    const vitals = await startTaskVitals(vitalsOptions({ configuration, brokers, web, files, logger }));
    ending.push(() => vitals.shutdown());
    const oldNames = startCeleryExporterNames(configuration, vitals, (message) => log.info(message));
    const openTap = oldNames && ((taskQueues: Readonly<Record<string, string>>) => oldNames.open(taskQueues));
    const celery: CeleryEvents[] = [];
    const bullmq: BullmqEvents[] = [];
    const brokerOf = (name: string): OpenBroker => brokers.find((broker) => broker.name === name) as OpenBroker;
    const around = (name: string) => ({ broker: brokerOf(name), queues: configuration.queues, vitals });
    const sources = new EventSources([
      ...configuration.celeryEvents.map(
        ({ value, where }, index): PlannedSource => ({
          key: celeryKey(value),
          start: async (kept) => {
            const events = await startCeleryEvents(value, where, { ...around(value.broker), openTap }, kept);
            celery[index] = events;
            return events;
          },
        }),
      ),
      ...configuration.bullmqEvents.map(
        ({ value, where }, index): PlannedSource => ({
          key: bullmqKey(value),
          start: async (kept) => {
            const source = await startBullmqEvents(value, where, around(value.broker), kept);
            bullmq[index] = source.events;
            return source;
          },
        }),
      ),
    ]);
    const keeping = new TotalsKeeping({ vitals, sources, warn, info: (message) => log.info(message) });
    const { lease, totalsFile } = configuration;
    if (lease !== undefined) {
      const turn = await takeTurns({ name: lease.name, broker: brokerOf(lease.broker), vitals, keeping, log });
      ending.push(() => turn.shutdown());
    } else {
      const file = totalsFile && (await openFile(totalsFile, vitals));
      ending.push(() => file?.shutdown());
      // Ended first: nothing may be counted after it was kept.
      ending.push(() => keeping.end());
      await keeping.begin(file?.kept, file?.kept === undefined ? undefined : changedAt(totalsFile?.value));
      file?.keep(() => keeping.save());
    }
    return { url: vitals.endpoint?.url, brokers, vitals, celery, bullmq, shutdown };
  } catch (error) {
    await shutdown();
    throw explained(error, configuration);
  }
}

/** When the totals in the file last changed. */
function changedAt(file: string | undefined): Date | undefined {
  return file === undefined ? undefined : statSync(file, { throwIfNoEntry: false })?.mtime;
}

async function openFile({ value, where }: Sourced<string>, { events }: TaskVitals): Promise<TotalsFile> {
  const onProblem = (message: string): void => events.onProblem("keep_totals", message);
  const opened = await openTotalsFile({ file: value, isReadable: TotalsKeeping.isReadable, onProblem });
  if (!("refused" in opened)) return opened;
  const { refused } = opened;
  if (refused === "taken") {
    const remedy = "Give each a file of its own, or let them take turns with --lease.";
    throw misconfigured({ where, got: value, expected: "a file that no other exporter keeps its totals in", remedy });
  }
  const expected = `a file for the totals, new or of an earlier start; this is ${refused}`;
  throw misconfigured({ where, got: value, expected, remedy: "Name a file that nothing else uses." });
}
