import { isBullmqSandbox } from "./discovery/bullmq-sandbox.ts";
import { discoverWorkers, type WorkerDiscovery } from "./discovery/worker-discovery.ts";
import type { Logger } from "./logger.ts";
import { type EnvironmentOptions, readEnvironment } from "./options/environment.ts";
import { createProblemLog } from "./problem-log.ts";
import { startTaskVitals } from "./start-task-vitals.ts";
import { requireSupportedNode } from "./supported-node.ts";
import type { TaskVitals } from "./task-vitals.ts";

/**
 * The vital signs that `node --import taskvitals/register` started from the environment; `undefined` where they could not be started. The
 * one module that works at import. BullMQ workers that the process creates are counted by themselves. It never takes the application down: a mistake in
 * the environment or a taken port is one warning.
 *
 * In the application, `import { vitals } from "taskvitals/register"` gives this same promise. In the child processes and threads of
 * BullMQ's sandboxed processors nothing is started: their worker counts them.
 */
export const vitals: Promise<TaskVitals | undefined> = startFromEnvironment();

async function startFromEnvironment(): Promise<TaskVitals | undefined> {
  if (isBullmqSandbox(process.argv[1])) return undefined;
  let workers: WorkerDiscovery | undefined;
  try {
    requireSupportedNode();
    const environment = readEnvironment(process.env);
    // Before anything is awaited: the application's own modules are loaded next.
    const logger = sayingOnce(console);
    workers = searchWorkers(environment, logger);
    const { exporters } = environment;
    const scraped = exporters === undefined || exporters.has("prometheus");
    const running = await startTaskVitals({ endpoint: scraped && { onPortInUse: "warn" }, signals: true, logger });
    return workers === undefined ? running : withWorkers(running, workers);
  } catch (error) {
    workers?.stop();
    // Set-up errors are made to be shown and hold no credential; of any other only the kind is.
    const reason =
      error instanceof Error && error.name === "TaskVitalsError" ? error.message : `${error}`.split(":", 1)[0];
    process.emitWarning(`taskvitals is not running. ${reason}`);
    return undefined;
  }
}

/** What the search has said is counted later by the vital signs, which would say it again. */
function sayingOnce(logger: Logger): Logger {
  const said = new Set<string>();
  return {
    warn: (message) => {
      // Bounded by both of those who speak.
      if (said.has(message)) return;
      said.add(message);
      logger.warn(message);
    },
  };
}

function searchWorkers(
  { disabled, disabledInstrumentations }: EnvironmentOptions,
  logger: Logger,
): WorkerDiscovery | undefined {
  if (disabled || disabledInstrumentations.has("bullmq")) return undefined;
  return discoverWorkers({ warn: createProblemLog(logger).warn });
}

function withWorkers(running: TaskVitals, workers: WorkerDiscovery): TaskVitals {
  workers.bind(running.tasks, running.events.onProblem);
  const shutdown = (): Promise<void> => {
    workers.stop();
    return running.shutdown();
  };
  return { ...running, shutdown, [Symbol.asyncDispose]: shutdown };
}
