import { metrics } from "@opentelemetry/api";
import { contract, createCounter, type QueueObserver, TaskVitalsError } from "@taskvitals/core";
import { Cleanup } from "./cleanup.ts";
import { disabledTaskVitals } from "./disabled-task-vitals.ts";
import { createFetchHandler, createNodeHandler } from "./endpoint/index.ts";
import { createResource } from "./options/resource.ts";
import { resolveSettings } from "./options/settings.ts";
import type { TaskVitalsOptions } from "./options/task-vitals-options.ts";
import { createProblemLog } from "./problem-log.ts";
import { createQueueRegistry } from "./queue-registry.ts";
import { countRefusals } from "./series-vitals.ts";
import { createTimedCollector, listen } from "./serve-page.ts";
import { flushOnSignals } from "./signals.ts";
import type { StartContext } from "./start-context.ts";
import { startGauges, startInstrumentations } from "./start-gauges.ts";
import { startRecorder } from "./start-recorder.ts";
import { requireSupportedNode } from "./supported-node.ts";
import { createTaskEvents } from "./task-events.ts";
import { createTaskTotals } from "./task-totals.ts";
import type { TaskVitals } from "./task-vitals.ts";
import { createBorrowedTelemetry } from "./telemetry/borrowed-telemetry.ts";
import { createOwnTelemetry } from "./telemetry/own-telemetry.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { within } from "./within.ts";

/** Longest wait of a flush, in milliseconds. */
const FLUSH_TIMEOUT_MS = 2000;

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
    return await start({ options, settings, problems, cleanup });
  } catch (error) {
    await cleanup.run();
    throw error;
  }
}

async function start(context: StartContext): Promise<TaskVitals> {
  const { options, settings, problems, cleanup } = context;
  let observer: QueueObserver | undefined;
  const refusals = countRefusals(settings, problems.warn);
  const registry = await createQueueRegistry({
    brokers: settings.brokers,
    queues: settings.queues,
    path: settings.queuesPath,
    maxQueues: settings.maxQueues,
    onQueueRefused: refusals.onQueueRefused,
    deadlineMs: settings.readDeadlineMs,
    onChange: () => observer?.invalidate(),
    onProblem: problems.report,
  });
  cleanup.add("A Redis connection", () => registry.shutdown());

  const telemetry = await startTelemetry(context);
  const recorder = startRecorder(context, telemetry, refusals, registry.queues.list(), registry.counters);
  const totals = createTaskTotals(telemetry.own, recorder.forgetAll);
  observer = await startGauges(context, telemetry, { activity: recorder.activity, registry, refusals, totals });
  await startInstrumentations(context, telemetry);
  const collector = createTimedCollector(context, telemetry);
  const endpoint = await listen(context, collector);
  const flush = async (): Promise<void> => {
    const done = await within(FLUSH_TIMEOUT_MS, telemetry.flush());
    if (!done) problems.report("export", "A push over OTLP did not end in time or failed. Is the receiver up?");
  };
  if (options.signals === true) cleanup.add("Signal handlers", flushOnSignals(flush));
  // Ended first: what is recorded from then on could not be pushed any more.
  cleanup.add("The recorder", recorder.close);

  const shutdown = (): Promise<void> => cleanup.run();
  return {
    tasks: recorder.tasks,
    totals,
    events: createTaskEvents(telemetry.observables, problems.report),
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

async function startTelemetry(context: StartContext): Promise<Telemetry> {
  const { options, problems, cleanup } = context;
  const telemetry = await createTelemetry(context);
  cleanup.add("The export of metrics", () => telemetry.shutdown());
  if (options.registerGlobal === true) registerGlobally(telemetry, context);
  problems.countWith(createCounter(telemetry.meter, contract.sdkError));
  return telemetry;
}

async function createTelemetry({ options, settings, problems }: StartContext): Promise<Telemetry> {
  const { exposition, maxQueues, maxSeries, otlp, resourceAttributes, serviceName } = settings;
  if (options.meterProvider !== undefined) {
    return createBorrowedTelemetry(options.meterProvider, options.metricProducer, { maxSeries, maxQueues }, problems);
  }
  return createOwnTelemetry({
    resource: createResource(serviceName, resourceAttributes),
    otlp,
    exposition,
    limits: { maxSeries, maxQueues },
    problems,
  });
}

function registerGlobally(telemetry: Telemetry, { cleanup }: StartContext): void {
  if (!metrics.setGlobalMeterProvider(telemetry.provider)) {
    throw new TaskVitalsError(
      "GLOBAL_PROVIDER_TAKEN",
      "registerGlobal: got true; expected that no global meter provider is registered yet. " +
        "Leave it out, or pass the registered provider as meterProvider.",
    );
  }
  cleanup.add("The global meter provider", () => metrics.disable());
}
