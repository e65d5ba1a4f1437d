import type { CeleryEvents } from "@taskvitals/redis";
import { startTaskVitals, type TaskVitals } from "taskvitals";
import { type OpenBroker, openBroker } from "./brokers/open-broker.ts";
import { watchSecretFiles } from "./brokers/secret-files.ts";
import { startCeleryEvents } from "./celery-events.ts";
import type { ExporterConfiguration } from "./configuration/exporter-configuration.ts";
import { type Log, oncePerText } from "./log/log.ts";
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
    const vitals = await startTaskVitals(vitalsOptions({ configuration, brokers, web, logger }));
    ending.push(() => vitals.shutdown());
    const celery: CeleryEvents[] = [];
    const brokerOf = (name: string): OpenBroker => brokers.find((broker) => broker.name === name) as OpenBroker;
    const startEvents = async (): Promise<() => Promise<void>> => {
      const started: CeleryEvents[] = [];
      const stop = async (): Promise<void> => {
        await Promise.all(started.splice(0).map((events) => events.shutdown()));
      };
      try {
        for (const { value, where } of configuration.celeryEvents) {
          const surroundings = { broker: brokerOf(value.broker), queues: configuration.queues, vitals };
          started.push(await startCeleryEvents(value, where, surroundings));
        }
      } catch (error) {
        await stop();
        throw error;
      }
      celery.splice(0, celery.length, ...started);
      return stop;
    };
    const { lease } = configuration;
    if (lease === undefined) ending.push(await startEvents());
    else {
      const turn = await takeTurns({ name: lease.name, broker: brokerOf(lease.broker), vitals, startEvents, log });
      ending.push(() => turn.shutdown());
    }
    return { url: vitals.endpoint?.url, brokers, vitals, celery, shutdown };
  } catch (error) {
    await shutdown();
    throw explained(error, configuration);
  }
}
