import type { Cleanup } from "./cleanup.ts";
import type { Settings } from "./options/settings.ts";
import type { TaskVitalsOptions } from "./options/task-vitals-options.ts";
import type { ProblemLog } from "./problem-log.ts";

/** What every part of a start works with. */
export interface StartContext {
  /** The options as they were given. */
  readonly options: TaskVitalsOptions;
  /** The options with environment and defaults filled in. */
  readonly settings: Settings;
  /** Where failures go while it runs. */
  readonly problems: ProblemLog;
  /** What ends each part again. */
  readonly cleanup: Cleanup;
}
