import { TaskVitalsError } from "taskvitals";
import { connectionSettings } from "../brokers/connection-settings.ts";
import { watchSecretFiles } from "../brokers/secret-files.ts";
import type { ExporterConfiguration } from "../configuration/exporter-configuration.ts";
import { type Exporter, startExporter } from "../exporter.ts";
import { type ListedWorkers, listBullmqWorkers } from "./bullmq-workers.ts";
import { type EventCoverage, eventCoverage, withEvents } from "./event-coverage.ts";
import { ownPage, type PageSource } from "./page-source.ts";
import { type QueueSource, QueueSources } from "./queue-sources.ts";

/** The configured servers, read by this process alone. */
export interface OwnSource {
  /** Which source a queue is of. */
  readonly sources: QueueSources;
  readonly page: PageSource;
  /** Names of the brokers, in their order, and where they are. */
  readonly brokers: ReadonlyMap<string, string>;
  /** Why the broker cannot be reached, where that was said; free of credentials. */
  unreachable(broker: string): string | undefined;
  /** Whose tasks are counted by events, as far as is known now. */
  coverage(labels: readonly string[]): EventCoverage;
  /**
   * Lists the connections of the servers that have queues of BullMQ, for {@link workers}. Never rejects.
   *
   * @param isUp - whether a broker answers: of one that is away nothing is asked
   */
  listWorkers(isUp: (broker: string) => boolean, signal: AbortSignal): Promise<void>;
  /** What tells, by the last list, how many workers a queue of BullMQ has. */
  workers(): (label: string) => number | undefined;
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
  const inspected = inspectedConfiguration(configuration);
  const exporter = await startListening(inspected, listens, quiet);
  const lists = new Map<string, ListedWorkers>();
  const sources = new QueueSources(configuration.queues, exporter.bullmq);
  const openedAt = performance.now();
  return {
    sources,
    page: ownPage((request) => exporter.vitals.fetchHandler(request)),
    brokers: new Map(exporter.brokers.map(({ address, name }) => [name, address])),
    unreachable: (broker) => unreachableText(broker, warnings),
    coverage: (labels) => eventCoverage(exporter, sources, labels, (performance.now() - openedAt) / 1000),
    async listWorkers(isUp, signal) {
      await Promise.all(
        [...sources.bullmqBrokers].map(async (name) => {
          if (isUp(name)) lists.set(name, await listOf(configuration, name, signal));
          else lists.delete(name);
        }),
      );
    },
    workers() {
      const sourcesOf = sources.lookup();
      return (label) => workersOf(label, sourcesOf(label), lists);
    },
    get unlisted() {
      return new Map([...lists].flatMap(([name, list]) => ("failure" in list ? [[name, list.failure] as const] : [])));
    },
    shutdown: () => exporter.shutdown(),
  };
}

const MAX_WARNINGS = 1000;

/** Without events where they cannot be read; what is a mistake without them is one. */
async function startListening(
  configuration: ExporterConfiguration,
  listens: boolean,
  log: Parameters<typeof startExporter>[1],
): Promise<Exporter> {
  const listening = listens ? withEvents(configuration) : configuration;
  try {
    return await startExporter(listening, log);
  } catch (error) {
    if (!(error instanceof TaskVitalsError) || !listens) throw error;
    return await startExporter(configuration, log);
  }
}

function inspectedConfiguration(configuration: ExporterConfiguration): ExporterConfiguration {
  const { limits } = configuration;
  return {
    ...configuration,
    listen: undefined,
    webConfigFile: undefined,
    lease: undefined,
    totalsFile: undefined,
    limits: {
      ...limits,
      readDeadlineMs: limits.readDeadlineMs ?? READ_DEADLINE_MS,
      hostVitals: false,
      runtimeMetrics: false,
    },
  };
}

async function listOf({ brokers }: ExporterConfiguration, name: string, signal: AbortSignal): Promise<ListedWorkers> {
  const settings = brokers.get(name);
  if (settings === undefined) return { failure: "there is no such broker" };
  using files = watchSecretFiles();
  return await listBullmqWorkers(connectionSettings(settings, files.read), signal);
}

/** A queue that was found has its own name as its label. */
function workersOf(
  label: string,
  sources: readonly QueueSource[],
  lists: ReadonlyMap<string, ListedWorkers>,
): number | undefined {
  const counts = sources.map((source) => {
    const list = lists.get(source.broker);
    if (source.layout !== "bullmq" || list === undefined || "failure" in list) return undefined;
    return list.workersOf({
      prefix: String(source.fields.prefix),
      name: source.kind === "queue" ? source.name : label,
    });
  });
  // Where queues are looked for in several places, it is the one that has them; it is none where all of them are known.
  const most = Math.max(0, ...counts.map((count) => count ?? 0));
  return most > 0 || (counts.length > 0 && counts.every((count) => count !== undefined)) ? most : undefined;
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
