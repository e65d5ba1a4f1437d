import type { ExporterConfiguration } from "../configuration/exporter-configuration.ts";
import { startExporter } from "../exporter.ts";
import type { Log } from "../log/log.ts";
import { readLivePageOnce } from "../web/live-page-options.ts";
import { readWebConfigOnce } from "../web/web-config.ts";
import type { BrokerFinding, CheckReport } from "./check-report.ts";
import { forecastSeries } from "./forecast-series.ts";
import { listenForCelery } from "./listen-for-celery.ts";
import { lookAtBullmq } from "./look-at-bullmq.ts";
import { lookAtTotalsFile } from "./look-at-totals-file.ts";
import { readBroker } from "./read-broker.ts";
import { reportText } from "./report-text.ts";

/** How a check speaks. */
export interface CheckSurroundings {
  readonly log: Log;
  /** Takes the report. */
  readonly write: (text: string) => void;
  /** Text for a person; otherwise one JSON object. */
  readonly asText: boolean;
}

/** Exit code of a check that found problems. */
const PROBLEMS = 3;

/**
 * Tries a configuration on the live servers and reports what is there, and what a scrape would have. It listens on no port and changes nothing.
 *
 * @returns the exit code
 * @throws TaskVitalsError for a mistake in the configuration
 */
export async function runCheck(configuration: ExporterConfiguration, surroundings: CheckSurroundings): Promise<number> {
  const { webConfigFile } = configuration;
  if (webConfigFile !== undefined) readWebConfigOnce(webConfigFile);
  readLivePageOnce(configuration);
  // What is found is in the report; the log would say it a second time. Why a connection failed is known there alone.
  const warnings: string[] = [];
  const quiet = { info: () => {}, warn: (message: string) => void warnings.push(message) };
  const inspected = {
    ...configuration,
    listen: undefined,
    webConfigFile: undefined,
    lease: undefined,
    totalsFile: undefined,
  };
  const exporter = await startExporter(inspected, quiet);
  try {
    const [brokers, celeryEvents, bullmqEvents, series] = await Promise.all([
      Promise.all(
        exporter.brokers.map((broker) => readBroker(broker, configuration.queues, configuration.limits.readDeadlineMs)),
      ),
      Promise.all(exporter.celery.map(listenForCelery)),
      Promise.all(exporter.bullmq.map(lookAtBullmq)),
      forecastSeries(exporter.vitals, configuration),
    ]);
    const findings = {
      brokers: brokers.map(({ broker }) => withCause(broker, warnings)),
      queues: brokers.flatMap(({ queues }) => queues),
      counters: brokers.flatMap(({ counters }) => counters),
      celeryEvents,
      bullmqEvents,
    };
    const totalsFile = configuration.totalsFile && lookAtTotalsFile(configuration.totalsFile.value);
    const files = totalsFile === undefined ? [] : [totalsFile];
    const found = [...findings.brokers, ...findings.queues, ...celeryEvents, ...bullmqEvents, ...files].some(
      ({ problems }) => problems.length > 0,
    );
    const report: CheckReport = { result: found ? "problems" : "ok", ...findings, totalsFile, series };
    surroundings.write(surroundings.asText ? reportText(report) : `${JSON.stringify(report)}\n`);
    return found ? PROBLEMS : 0;
  } finally {
    await exporter.shutdown();
  }
}

/** Adds why the connection failed, where that is not said yet. */
function withCause(broker: BrokerFinding, warnings: readonly string[]): BrokerFinding {
  const prefix = `Broker "${broker.broker}": the connection failed (`;
  const cause = warnings.find((warning) => warning.startsWith(prefix))?.slice(prefix.length, -2);
  if (broker.up || cause === undefined) return broker;
  const problems = broker.problems.map((problem) =>
    problem.detail.includes(cause) ? problem : { ...problem, detail: `${problem.detail}; ${cause}` },
  );
  return { ...broker, problems };
}
