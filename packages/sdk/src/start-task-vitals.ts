import { metrics } from "@opentelemetry/api";
import { contract, createCounter, invalidOption, type QueueObserver, TaskVitalsError } from "@taskvitals/core";
import type { CounterSpecification } from "@taskvitals/redis";
import { Cleanup } from "./cleanup.ts";
import { disabledTaskVitals } from "./disabled-task-vitals.ts";
import { createFetchHandler, createLiveHandler, createNodeHandler } from "./endpoint/index.ts";
import { LivePages } from "./live/live-pages.ts";
import { checkLivePageOptions } from "./options/check-options.ts";
import { createResource } from "./options/resource.ts";
import { resolveSettings } from "./options/settings.ts";
import type { TaskVitalsOptions } from "./options/task-vitals-options.ts";
import { createProblemLog } from "./problem-log.ts";
import { createQueueRegistry } from "./queue-registry.ts";
import { countRefusals } from "./series-vitals.ts";
import { createSharedCollector, createTimedCollector, listen } from "./serve-page.ts";
import { type RunningSharedTotals, startSharedTotals } from "./shared-totals/start-shared-totals.ts";
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
import { SCOPE_NAME, type Telemetry } from "./telemetry/telemetry.ts";
import { within } from "./within.ts";

/** Longest wait of a flush, and of the last push at shutdown, in milliseconds. */
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
  if (options.meterProvider !== undefined) refuseCounters(registry.counters, settings.queuesPath);

  const shared = await startSharedTotals(context);
  const telemetry = await startTelemetry(context, shared);
  const meter = shared?.counted.getMeter(SCOPE_NAME) ?? telemetry.meter;
  const recorder = startRecorder(context, meter, refusals, registry.queues.list(), registry.counters);
  shared?.begin(recorder.activity);
  const live = new LivePages(context, telemetry, registry.counters.length === 0);
  const totals = createTaskTotals(telemetry.own, recorder.forgetAll, () => live.rebase());
  observer = await startGauges(context, telemetry, {
    activity: recorder.activity,
    registry,
    refusals,
    totals,
    counted: shared?.counted,
  });
  await startInstrumentations(context, telemetry);
  const collector = createTimedCollector(context, telemetry, shared);
  const sharedCollector = createSharedCollector(context, telemetry, shared);
  const endpoint = await listen(context, collector, shared && sharedCollector, live);
  // Ended before the endpoint, which waits for what it still sends.
  cleanup.add("The live page", () => live.end());
  const flush = async (): Promise<void> => {
    const written = within(FLUSH_TIMEOUT_MS, shared?.flush() ?? Promise.resolve());
    const done = await within(FLUSH_TIMEOUT_MS, telemetry.flush());
    await written;
    if (!done) problems.report("export", "A push over OTLP did not end in time or failed. Is the receiver up?");
  };
  if (options.signals === true) cleanup.add("Signal handlers", flushOnSignals(flush));
  // Ended first: what is recorded from then on could not be pushed any more.
  cleanup.add("The recorder", recorder.close);

  const shutdown = (): Promise<void> => cleanup.run();
  const local = telemetry.applicationMeter;
  return {
    tasks: recorder.tasks,
    totals,
    events: createTaskEvents(telemetry.observables, problems.report),
    queues: registry.queues,
    readQueues: async () => (await observer?.readings()) ?? [],
    meterProvider: telemetry.provider,
    endpoint: endpoint && {
      url: endpoint.url,
      livePageUrl: endpoint.livePageUrl,
      host: endpoint.host,
      port: endpoint.port,
    },
    nodeHandler: createNodeHandler(collector, settings.endpoint),
    fetchHandler: createFetchHandler(collector, settings.endpoint),
    sharedHandlers: {
      node: createNodeHandler(sharedCollector, settings.endpoint),
      fetch: createFetchHandler(sharedCollector, settings.endpoint),
    },
    livePage(page = {}) {
      checkLivePageOptions(page);
      return createLiveHandler(live.page(page), page, collector.report);
    },
    sharedMeter: shared?.meter(local) ?? local,
    flush,
    shutdown,
    [Symbol.asyncDispose]: shutdown,
  };
}

/** What is recorded is on the caller's provider then, and what is read is not: each name would be on the page twice. */
function refuseCounters([counter]: readonly CounterSpecification[], path: string): void {
  if (counter === undefined) return;
  throw invalidOption({
    path,
    value: `counter:${counter.key}`,
    expected: "no counter that lives in Redis beside meterProvider, whose page would have two metrics of one name",
    remedy: "Leave meterProvider out, or let @taskvitals/exporter report the counter.",
  });
}

async function startTelemetry(context: StartContext, shared: RunningSharedTotals | undefined): Promise<Telemetry> {
  const { options, problems, cleanup } = context;
  const telemetry = await createTelemetry(context, shared);
  cleanup.add("The export of metrics", () => telemetry.shutdown(), FLUSH_TIMEOUT_MS);
  if (options.registerGlobal === true) registerGlobally(telemetry, context);
  problems.countWith(createCounter(telemetry.meter, contract.sdkError));
  return telemetry;
}

async function createTelemetry(
  { options, settings, problems }: StartContext,
  shared: RunningSharedTotals | undefined,
): Promise<Telemetry> {
  const { exposition, maxQueues, maxSeries, otlp, readDeadlineMs, resourceAttributes, serviceName } = settings;
  const limits = { maxSeries, maxQueues, readDeadlineMs };
  if (options.meterProvider !== undefined) {
    return createBorrowedTelemetry(options.meterProvider, options.metricProducer, limits, problems);
  }
  return createOwnTelemetry({
    resource: createResource(serviceName, resourceAttributes),
    otlp,
    exposition,
    limits,
    problems,
    shared,
    promClient: options.promClient,
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
