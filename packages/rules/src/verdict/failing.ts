import { contract } from "@taskvitals/core";
import { type ThresholdSettings, thresholdsFor } from "../threshold-settings.ts";
import type { ThresholdValues } from "../thresholds.ts";
import { amount, percent, time } from "./evidence-text.ts";
import type { Finding } from "./finding.ts";
import type { QueueObservation, TaskOutcomes } from "./queue-observation.ts";

/** Least number of tasks that a share is taken of, however short somebody watched. */
const FEW = 5;
/** z of a one-sided confidence of 97.5 %. */
const Z = 1.96;

/** Too many tasks that fail for good; by task where that is known, as the alert is. */
export function failing(
  seen: QueueObservation,
  values: ThresholdValues,
  settings: ThresholdSettings,
): Finding | undefined {
  const { ended, failed = 0, keptFailuresChange = 0, outcomes, queue, watchedSeconds } = seen;
  if (ended === undefined) {
    // Where nobody counts successes there is no share: only that many failures in so short a time say something.
    if (keptFailuresChange < values.failureMinTasks) return undefined;
    return finding(
      `${amount(keptFailuresChange, "more task")} failed in ${time(watchedSeconds)}; how many succeeded is not known`,
    );
  }
  const all: readonly TaskOutcomes[] = outcomes ?? [{ task: "", ended, failed }];
  const tooMany = all
    .filter((one) => exceeds(one, one.task === "" ? values : thresholdsFor(settings, { queue, task: one.task })))
    .sort((one, other) => other.failed - one.failed);
  const [worst] = tooMany;
  if (worst === undefined) return undefined;
  const which = worst.task === "" ? "" : ` of ${worst.task}`;
  const more =
    tooMany.length === 1
      ? ""
      : `, and ${amount(tooMany.length - 1, "other task")} ${tooMany.length === 2 ? "does" : "do"} as well`;
  return finding(
    `${percent(worst.failed / worst.ended)} of the ${amount(worst.ended, "task")}${which} that ended failed${more}`,
  );
}

/** More than the limit: by enough tasks, or by so many of a few that chance does not explain it. */
function exceeds({ ended, failed }: TaskOutcomes, { failureMinTasks, failureRatio }: ThresholdValues): boolean {
  if (ended >= failureMinTasks) return failed / ended > failureRatio;
  return ended >= FEW && atLeast(failed, ended) > failureRatio;
}

/** The lower end of Wilson's interval for a share (E. B. Wilson, 1927). */
function atLeast(failed: number, ended: number): number {
  const share = failed / ended;
  const spread = Z * Math.sqrt((share * (1 - share)) / ended + Z ** 2 / (4 * ended ** 2));
  return (share + Z ** 2 / (2 * ended) - spread) / (1 + Z ** 2 / ended);
}

function finding(because: string): Finding {
  return {
    verdict: "failing",
    cause: "failing",
    because,
    next: `Look at the classes of errors (${contract.taskError.name} by error_type) and at one failed task; stop what produces them if one kind of task is poisoned.`,
    alert: "TaskFailureRatioHigh",
  };
}
