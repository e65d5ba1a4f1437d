import { readEnvironment } from "./options/environment.ts";
import { startTaskVitals } from "./start-task-vitals.ts";
import type { TaskVitals } from "./task-vitals.ts";

/**
 * The vital signs that `node --import taskvitals/register` started from the environment; `undefined` where they could not be started. The
 * one module that works at import. It never takes the application down: a mistake in the environment or a taken port is one warning.
 *
 * In the application, `import { vitals } from "taskvitals/register"` gives this same promise.
 */
export const vitals: Promise<TaskVitals | undefined> = startFromEnvironment();

async function startFromEnvironment(): Promise<TaskVitals | undefined> {
  try {
    const { exporters } = readEnvironment(process.env);
    const scraped = exporters === undefined || exporters.has("prometheus");
    return await startTaskVitals({ endpoint: scraped && { onPortInUse: "warn" }, signals: true });
  } catch (error) {
    // Set-up errors are made to be shown and hold no credential; of any other only the kind is.
    const reason =
      error instanceof Error && error.name === "TaskVitalsError" ? error.message : `${error}`.split(":", 1)[0];
    process.emitWarning(`taskvitals is not running. ${reason}`);
    return undefined;
  }
}
