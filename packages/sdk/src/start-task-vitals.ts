import { metrics } from "@opentelemetry/api";
import {
  COLLECTION_BUCKETS_SECONDS,
  contract,
  createCounter,
  createHistogram,
  createQueueObserver,
  createTaskRecorder,
  errorType,
  observeTaskActivity,
  type QueueObserver,
  type TaskRecorder,
  TaskVitalsError,
} from "@taskvitals/core";
import { Cleanup } from "./cleanup.ts";
import { disabledTaskVitals } from "./disabled-task-vitals.ts";
import {
  createFetchHandler,
  createNodeHandler,
  createPageCollector,
  type EndpointServer,
  type PageCollector,
  PageUnavailable,
  startEndpoint,
} from "./endpoint/index.ts";
import { startHostVitals } from "./host/host-vitals.ts";
import { createResource } from "./options/resource.ts";
import { resolveSettings, type Settings } from "./options/settings.ts";
import type { TaskVitalsOptions } from "./options/task-vitals-options.ts";
import { createProblemLog, type ProblemLog } from "./problem-log.ts";
import { createQueueRegistry } from "./queue-registry.ts";
import { warnOfReadFailures } from "./read-failures.ts";
import { startHostMetrics, startRuntimeMetrics } from "./runtime-metrics.ts";
import { countRefusals, observeSeries } from "./series-vitals.ts";
import { flushOnSignals } from "./signals.ts";
import { requireSupportedNode } from "./supported-node.ts";
import type { TaskVitals } from "./task-vitals.ts";
import { createBorrowedTelemetry } from "./telemetry/borrowed-telemetry.ts";
import { createOwnTelemetry } from "./telemetry/own-telemetry.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { within } from "./within.ts";

/**
 * Starts the vital signs of this process: counters and durations of tasks, lengths of queues, CPU and memory, served at `/metrics`
 * and pushed over OTLP where asked for.
 *
 * Redis need not be there: its queues have no samples until it is. Each call is a set of its own; call it once per process and
 * share the handle. A second one fails on the first one's port, unless it is given another.
 *
 * @throws TaskVitalsError for a set-up mistake, before anything was started or after all of it was ended again
 */
export async function startTaskVitals(options: TaskVitalsOptions = {}): Promise<TaskVitals> {
  requireSupportedNode();
  const settings = resolveSettings(options);
  if (settings.disabled) return disabledTaskVitals();
  const problems = createProblemLog(options.logger ?? console);
  const cleanup = new Cleanup((what) => problems.report("shutdown", `${what} did not end in time or failed.`));
  try {
    return await start(options, settings, problems, cleanup);
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function start(
  options: TaskVitalsOptions,
  settings: Settings,
  problems: ProblemLog,
  cleanup: Cleanup,
): Promise<TaskVitals> {
  let observer: QueueObserver | undefined;
  const registry = await createQueueRegistry({
    brokers: settings.brokers,
    queues: settings.queues,
    path: settings.queuesPath,
    deadlineMs: settings.readDeadlineMs,
    onChange: () => observer?.invalidate(),
    onProblem: problems.report,
  });
  cleanup.add("A Redis connection", () => registry.shutdown());

  const telemetry = await createTelemetry(options, settings, problems);
  cleanup.add("The export of metrics", () => telemetry.shutdown());
  if (options.registerGlobal === true) registerGlobally(telemetry, cleanup);
  problems.countWith(createCounter(telemetry.meter, contract.sdkError));

  const labels = registry.queues.list();
  const refusals = countRefusals(settings.maxSeries, problems.warn);
  const recorder = createTaskRecorder({
    meter: telemetry.meter,
    defaultQueue: options.defaultQueue ?? (labels.length === 1 ? labels[0] : undefined),
    durationBuckets: settings.durationBuckets,
    maxSeries: settings.maxSeries,
    onProblem: problems.report,
    onSeriesRefused: refusals.onRefused,
  });
  declareTasks(recorder.tasks, settings, options);

  const { observables } = telemetry;
  if (observables !== undefined) {
    observeTaskActivity(observables, recorder.activity);
    observeSeries(observables, telemetry.seriesCounts, refusals.counts);
    observer = createQueueObserver({
      observables,
      meter: telemetry.meter,
      readers: registry.readers,
      onProblem: problems.report,
      onReadFailure: warnOfReadFailures(problems.warn),
    });
    if (options.hostVitals !== false) {
      cleanup.add("Host vitals", await startHostVitals(observables, problems.report));
    }
  }
  // A provider that is not ours may have them already, and cannot forget them after shutdown.
  const runtimeMetrics = options.runtimeMetrics ?? options.meterProvider === undefined;
  if (runtimeMetrics) cleanup.add("Runtime metrics", await startRuntimeMetrics(telemetry.provider));
  if (options.hostMetrics === true) cleanup.add("Host metrics", await startHostMetrics(telemetry.provider));

  let ended = false;
  cleanup.add("The page", () => {
    ended = true;
  });
  const collector = timedCollector(telemetry, settings, problems, () => ended);
  const endpoint = await listen(settings, collector, problems);
  if (endpoint !== undefined) {
    const patienceMs = settings.endpoint?.limits?.closeTimeoutMs ?? 0;
    cleanup.add("The endpoint", () => endpoint.close(), CLOSE_TIMEOUT_MS + patienceMs);
  }
  const flush = async (): Promise<void> => {
    const done = await within(FLUSH_TIMEOUT_MS, telemetry.flush());
    if (!done) problems.report("export", "A push over OTLP did not end in time or failed. Is the receiver up?");
  };
  if (options.signals === true) cleanup.add("Signal handlers", flushOnSignals(flush));
  cleanup.add("The recorder", recorder.close);

  const shutdown = (): Promise<void> => cleanup.run();
  return {
    tasks: recorder.tasks,
    queues: registry.queues,
    meterProvider: telemetry.provider,
    endpoint: endpoint && { url: endpoint.url, host: endpoint.host, port: endpoint.port },
    nodeHandler: createNodeHandler(collector, settings.endpoint),
    fetchHandler: createFetchHandler(collector, settings.endpoint),
    flush,
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

const FLUSH_TIMEOUT_MS = 2000;
const CLOSE_TIMEOUT_MS = 3000;

async function createTelemetry(
  options: TaskVitalsOptions,
  settings: Settings,
  problems: ProblemLog,
): Promise<Telemetry> {
  if (options.meterProvider !== undefined) {
    return createBorrowedTelemetry(options.meterProvider, options.metricProducer, settings.maxSeries, problems);
  }
  return createOwnTelemetry({
    resource: createResource(settings.serviceName, settings.resourceAttributes),
    otlp: settings.otlp,
    exposition: settings.exposition,
    maxSeries: settings.maxSeries,
    problems,
  });
}

function registerGlobally(telemetry: Telemetry, cleanup: Cleanup): void {
  if (!metrics.setGlobalMeterProvider(telemetry.provider)) {
    throw new TaskVitalsError(
      "GLOBAL_PROVIDER_TAKEN",
      "registerGlobal: got true; expected that no global meter provider is registered yet. " +
        "Leave it out, or pass the registered provider as meterProvider.",
    );
  }
  cleanup.add("The global meter provider", () => metrics.disable());
}

function declareTasks(tasks: TaskRecorder, settings: Settings, { concurrency }: TaskVitalsOptions): void {
  for (const { task, queue } of settings.tasks) tasks.declare(task, { queue });
  if (typeof concurrency === "number") tasks.setConcurrency(concurrency);
  else for (const [queue, slots] of Object.entries(concurrency ?? {})) tasks.setConcurrency(slots, { queue });
}

function timedCollector(
  telemetry: Telemetry,
  settings: Settings,
  problems: ProblemLog,
  hasEnded: () => boolean,
): PageCollector {
  const seconds = createHistogram(telemetry.meter, contract.collectionSeconds, COLLECTION_BUCKETS_SECONDS);
  return createPageCollector({
    collectTimeoutMs: settings.endpoint?.collectTimeoutMs,
    collectPage: async (collection) => {
      if (hasEnded()) throw new PageUnavailable("taskvitals was shut down in this process");
      const startedAt = performance.now();
      const page = await telemetry.collectPage(collection);
      seconds.record((performance.now() - startedAt) / 1000);
      return page;
    },
    onError: (operation, error) =>
      problems.report(
        operation,
        `The metrics page could not be ${operation === "collect" ? "built" : "sent"} (${errorType(error)}).`,
      ),
  });
}

function listen(
  settings: Settings,
  collector: PageCollector,
  problems: ProblemLog,
): Promise<EndpointServer | undefined> {
  if (settings.endpoint === undefined) return Promise.resolve(undefined);
  return startEndpoint(settings.endpoint, {
    collectPage: collector,
    warn: problems.warn,
    onError: (operation, error) => problems.report(operation, `The metrics endpoint failed (${errorType(error)}).`),
  });
}
