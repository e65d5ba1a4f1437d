import type { ThresholdDefinition } from "./threshold.ts";

/** Name of a threshold. */
export type ThresholdName =
  | "rateWindowSeconds"
  | "failureRatio"
  | "failureMinTasks"
  | "failureWindowSeconds"
  | "successObjective"
  | "burnFastFactor"
  | "burnFastWindowSeconds"
  | "burnSlowFactor"
  | "burnSlowWindowSeconds"
  | "backlogTasks"
  | "growthMinTasks"
  | "growthWindowSeconds"
  | "oldestTaskSeconds"
  | "stuckSeconds"
  | "drainSeconds"
  | "overdueTasks"
  | "stalledTasks"
  | "stalledWindowSeconds"
  | "saturationRatio"
  | "cpuPercent"
  | "workersSeenSeconds"
  | "eventLoopSeconds"
  | "regressionFactor"
  | "regressionMinSeconds"
  | "regressionMinTasks"
  | "regressionWindowSeconds"
  | "regressionBeforeSeconds"
  | "brokerPingSeconds"
  | "brokerMemoryRatio"
  | "staleReadingSeconds"
  | "seenSeconds"
  | "eventsSilentSeconds"
  | "eventsMissed";

const DAY = 86_400;

/** A length of time that is one for the platform. */
function time(seconds: number, reason: string, min = 1, max: number = 30 * DAY): ThresholdDefinition {
  return { unit: "s", default: seconds, min, max, scope: "platform", reason };
}

/**
 * Every threshold of the alerts, of the doctor and of the dashboards' colours. The defaults are starting points: a platform whose tasks run for hours sets
 * its own, for all or for a queue or a task.
 */
export const thresholds: Readonly<Record<ThresholdName, ThresholdDefinition>> = {
  rateWindowSeconds: time(
    300,
    "Time over which rates and their alerts look back. At least four scrape intervals, so that one lost scrape changes nothing.",
  ),

  failureRatio: {
    unit: "ratio",
    default: 0.05,
    min: 0,
    max: 1,
    scope: "task",
    reason:
      "Share of the tasks that ended lately that may fail. One in twenty is more than bad luck on most platforms.",
  },
  failureMinTasks: {
    unit: "tasks",
    default: 20,
    min: 1,
    max: 1e9,
    scope: "task",
    reason:
      "Tasks that must have ended before a share of failures means anything: one failure of two is not 50 %. It holds for the burn rates, too.",
  },
  failureWindowSeconds: time(900, "Time over which that share is taken."),
  successObjective: {
    unit: "ratio",
    default: 0.99,
    min: 0,
    max: 0.99999,
    scope: "platform",
    reason: "Share of tasks that is to succeed over a month; what may fail is the budget that the burn rates spend.",
  },
  burnFastFactor: {
    unit: "factor",
    default: 14.4,
    min: 1,
    max: 1000,
    scope: "platform",
    reason:
      "Times faster than the objective allows: 2 % of a month's budget in an hour (Google's SRE workbook, chapter 5).",
  },
  burnFastWindowSeconds: time(3600, "Long window of the fast burn; the short one is a twelfth of it."),
  burnSlowFactor: {
    unit: "factor",
    default: 6,
    min: 1,
    max: 1000,
    scope: "platform",
    reason: "Times faster than the objective allows: 5 % of a month's budget in six hours (the same).",
  },
  burnSlowWindowSeconds: time(21_600, "Long window of the slow burn; the short one is a twelfth of it."),

  backlogTasks: {
    unit: "tasks",
    default: 1000,
    min: 1,
    max: 1e12,
    scope: "queue",
    reason:
      "Tasks that may wait in a queue before its length counts as a backlog beside other signs; by itself it alerts nobody.",
  },
  growthMinTasks: {
    unit: "tasks",
    default: 100,
    min: 1,
    max: 1e12,
    scope: "queue",
    reason: "Tasks by which a queue must have grown within the window: small queues rise and fall all day.",
  },
  growthWindowSeconds: time(
    900,
    "Time within which that growth counts; that it still grows is judged over a third of it.",
  ),
  oldestTaskSeconds: {
    unit: "s",
    default: 600,
    min: 1,
    max: 30 * DAY,
    scope: "queue",
    reason:
      "Age that the oldest waiting task may reach. Age means the same for 5 ms tasks and for training runs, which a length does not.",
  },
  stuckSeconds: {
    unit: "s",
    default: 900,
    min: 1,
    max: 30 * DAY,
    scope: "queue",
    reason:
      "Time in which something must finish where tasks wait or run. Set it above the longest normal run time of the queue.",
  },
  drainSeconds: {
    unit: "s",
    default: 600,
    min: 1,
    max: 30 * DAY,
    scope: "queue",
    reason:
      "Time in which a backlog that shrinks should be gone, at its present pace. It colours the time to drain in the dashboards; by itself it alerts nobody.",
  },
  overdueTasks: {
    unit: "tasks",
    default: 0,
    min: 0,
    max: 1e12,
    scope: "queue",
    reason:
      "Delayed tasks that are due and that nobody promotes. None: a worker or a scheduler promotes within seconds.",
  },
  stalledTasks: {
    unit: "tasks",
    default: 0,
    min: 0,
    max: 1e12,
    scope: "queue",
    reason: "Tasks that workers may lose within the window. None: each was a worker that died, froze or was blocked.",
  },
  stalledWindowSeconds: time(900, "Time over which lost tasks are counted."),

  saturationRatio: {
    unit: "ratio",
    default: 0.95,
    min: 0.01,
    max: 1,
    scope: "queue",
    reason: "Share of the task slots in use at which all count as busy; between two tasks a slot is free for a moment.",
  },
  cpuPercent: {
    unit: "%",
    default: 85,
    min: 1,
    max: 100,
    scope: "platform",
    reason: "CPU in use on a host above which tasks wait for each other.",
  },
  workersSeenSeconds: time(
    DAY,
    "Time for which a queue whose workers were seen still counts as one that has workers, when they are gone. Workers that are scaled to none overnight are missed in the morning.",
  ),
  eventLoopSeconds: {
    unit: "s",
    default: 0.5,
    min: 0.001,
    max: 3600,
    scope: "platform",
    reason:
      "Delay of a Node.js event loop (p99 between two scrapes). Beyond it locks are not renewed in time and tasks stall.",
  },

  regressionFactor: {
    unit: "factor",
    default: 1.5,
    min: 1,
    max: 1000,
    scope: "task",
    reason: "Times as long as before that a task may take on average.",
  },
  regressionMinSeconds: {
    unit: "s",
    default: 0.5,
    min: 0,
    max: 30 * DAY,
    scope: "task",
    reason: "Increase of the average below which nobody feels it, whatever the factor.",
  },
  regressionMinTasks: {
    unit: "tasks",
    default: 20,
    min: 1,
    max: 1e9,
    scope: "task",
    reason: "Tasks that must have ended in either window before their averages are compared.",
  },
  regressionWindowSeconds: time(3600, "Time over which the averages are taken."),
  regressionBeforeSeconds: time(
    7 * DAY,
    "How long ago the other average was taken: the same hour of the same weekday.",
  ),

  brokerPingSeconds: {
    unit: "s",
    default: 0.1,
    min: 0.0001,
    max: 60,
    scope: "platform",
    reason: "Round trip of a ping; Redis answers within 1 ms, so 100 ms is a server or a network in trouble.",
  },
  brokerMemoryRatio: {
    unit: "ratio",
    default: 0.9,
    min: 0.01,
    max: 1,
    scope: "platform",
    reason: "Share of maxmemory in use. At 1 Redis refuses new tasks, or evicts what it should keep.",
  },

  staleReadingSeconds: time(
    120,
    "Age at which the last reading of a queue is old: several scrapes failed or nobody reads it.",
  ),
  seenSeconds: time(
    DAY,
    "Time for which a queue that can no longer be read, or a target that no longer answers, is still known as one of ours.",
  ),
  eventsSilentSeconds: time(
    300,
    "Time without any task event, while tasks are taken, after which the reader counts as deaf.",
  ),
  eventsMissed: {
    unit: "events",
    default: 0,
    min: 0,
    max: 1e12,
    scope: "platform",
    reason: "Events that may be missed within the rate window. None: each is a task that no counter has.",
  },
};

/** A value for each threshold, in its unit. */
export type ThresholdValues = Readonly<Record<ThresholdName, number>>;

/** The values where nothing else is said. */
export const defaultThresholds: ThresholdValues = Object.fromEntries(
  Object.entries(thresholds).map(([name, definition]) => [name, definition.default]),
) as Record<ThresholdName, number>;
