import { connectionSettings } from "../brokers/connection-settings.ts";
import { watchSecretFiles } from "../brokers/secret-files.ts";
import type { ConfiguredQueue, ExporterConfiguration } from "../configuration/exporter-configuration.ts";
import { startExporter } from "../exporter.ts";
import { type BullmqQueueName, type ListedWorkers, listBullmqWorkers } from "./bullmq-workers.ts";
import { type EventCoverage, eventCoverage, withEvents } from "./event-coverage.ts";
import { ownPage, type PageSource } from "./page-source.ts";

/** The configured servers, read by this process alone. */
export interface OwnSource {
  readonly configuration: ExporterConfiguration;
  readonly page: PageSource;
  /** Names of the brokers, in their order, and where they are. */
  readonly brokers: ReadonlyMap<string, string>;
  /** Labels of the queues that were named. */
  readonly declared: readonly string[];
  /** Why the broker cannot be reached, where that was said; free of credentials. */
  unreachable(broker: string): string | undefined;
  /** Whose tasks are counted by events, as far as is known now. */
  coverage(labels: readonly string[]): EventCoverage;
  /**
   * Lists the connections of the servers that have queues of BullMQ, for {@link workersOf}. Never rejects.
   *
   * @param isUp - whether a broker answers: of one that is away nothing is asked
   */
  listWorkers(isUp: (broker: string) => boolean, signal: AbortSignal): Promise<void>;
  /** Workers of a queue of BullMQ, by the last list. */
  workersOf(label: string): number | undefined;
  /** Why workers of BullMQ are not known, by broker. */
  readonly unlisted: ReadonlyMap<string, string>;
  /** Never rejects. */
  shutdown(): Promise<void>;
}

/** A reading for a person may take longer than one for a scrape: a server that is slow is not one that is away. */
const READ_DEADLINE_MS = 1000;

/**
 * Opens the configured servers without a page for others; nothing is written to them.
 *
 * @param listens - whether events are read, so that tasks are counted while it watches
 * @throws TaskVitalsError for a mistake in the configuration
 */
export async function openOwnSource(configuration: ExporterConfiguration, listens: boolean): Promise<OwnSource> {
  const warnings: string[] = [];
  const quiet = {
    info: () => {},
    warn: (message: string) => void (warnings.length < MAX_WARNINGS && warnings.push(message)),
  };
  const inspected = inspectedConfiguration(configuration, listens);
  const exporter = await startExporter(inspected, quiet);
  const lists = new Map<string, ListedWorkers>();
  const bullmqBrokers = new Set(bullmqQueues(configuration.queues).map(({ source }) => source.broker));
  const openedAt = performance.now();
  return {
    configuration: inspected,
    page: ownPage((request) => exporter.vitals.fetchHandler(request)),
    brokers: new Map(exporter.brokers.map(({ address, name }) => [name, address])),
    declared: configuration.queues.flatMap(({ source }) => (source.kind === "queue" ? [source.label] : [])),
    unreachable: (broker) => unreachableText(broker, warnings),
    coverage: (labels) => eventCoverage(exporter, inspected, labels, (performance.now() - openedAt) / 1000),
    async listWorkers(isUp, signal) {
      await Promise.all(
        [...bullmqBrokers].map(async (name) => {
          if (isUp(name)) lists.set(name, await listOf(configuration, name, signal));
          else lists.delete(name);
        }),
      );
    },
    workersOf: (label) => workersOf(label, configuration.queues, lists),
    get unlisted() {
      return new Map([...lists].flatMap(([name, list]) => ("failure" in list ? [[name, list.failure] as const] : [])));
    },
    shutdown: () => exporter.shutdown(),
  };
}

const MAX_WARNINGS = 1000;

function inspectedConfiguration(configuration: ExporterConfiguration, listens: boolean): ExporterConfiguration {
  const { limits } = configuration;
  const inspected = {
    ...configuration,
    listen: undefined,
    webConfigFile: undefined,
    lease: undefined,
    totalsFile: undefined,
    // Asking Celery's workers would write to the broker.
    celeryEvents: configuration.celeryEvents.map(({ value, where }) => ({
      value: { ...value, inspect: false },
      where,
    })),
    limits: {
      ...limits,
      readDeadlineMs: limits.readDeadlineMs ?? READ_DEADLINE_MS,
      hostVitals: false,
      runtimeMetrics: false,
    },
  };
  return listens ? withEvents(inspected) : inspected;
}

async function listOf({ brokers }: ExporterConfiguration, name: string, signal: AbortSignal): Promise<ListedWorkers> {
  const settings = brokers.get(name);
  if (settings === undefined) return { failure: "there is no such broker" };
  using files = watchSecretFiles();
  return await listBullmqWorkers(connectionSettings(settings, files.read), signal);
}

function bullmqQueues(queues: readonly ConfiguredQueue[]): readonly ConfiguredQueue[] {
  return queues.filter(({ source }) => source.kind !== "counter" && source.layout === "bullmq");
}

/** A queue that was found has its own name as its label. */
function workersOf(
  label: string,
  queues: readonly ConfiguredQueue[],
  lists: ReadonlyMap<string, ListedWorkers>,
): number | undefined {
  const named = queues.find(({ source }) => source.kind === "queue" && source.label === label);
  const candidates = named === undefined ? queues.filter(({ source }) => source.kind === "discovery") : [named];
  for (const { source } of bullmqQueues(candidates)) {
    if (source.kind === "counter") continue;
    const list = lists.get(source.broker);
    if (list === undefined || "failure" in list) return undefined;
    const queue: BullmqQueueName = {
      prefix: String(source.fields.prefix),
      name: source.kind === "queue" ? source.name : label,
    };
    const workers = list.workersOf(queue);
    // Where queues are looked for under several prefixes, it is the one that has them.
    if (workers > 0 || candidates.length === 1) return workers;
  }
  return bullmqQueues(candidates).length > 0 && bullmqQueues(candidates).length === candidates.length ? 0 : undefined;
}

function unreachableText(broker: string, warnings: readonly string[]): string | undefined {
  const connection = `Broker "${broker}": the connection failed (`;
  const readings = `the queues of broker "${broker}" cannot be read: `;
  for (const warning of warnings) {
    if (warning.startsWith(connection)) return warning.slice(connection.length, -2);
    const at = warning.indexOf(readings);
    if (at >= 0) return warning.slice(at + readings.length).replace(/\. No samples until that changes\.$/, "");
  }
  return undefined;
}
