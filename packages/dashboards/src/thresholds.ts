import { defaultThresholds as limits } from "@taskvitals/rules";

/** A value from which a colour applies; `null` is the colour below the first one. */
export interface ThresholdStep {
  /** In the unit of the panel. */
  readonly value: number | null;
  /** A colour name of Grafana's palette. */
  readonly color: string;
}

/** Every colour of the dashboards, in the unit of its panel. */
export interface Thresholds {
  /** Share of tasks that ended in success, 0 to 1. */
  readonly successRatio: readonly ThresholdStep[];
  /** Share of tasks that failed, 0 to 1. */
  readonly failureRatio: readonly ThresholdStep[];
  /** Tasks waiting in one queue. */
  readonly queueLength: readonly ThresholdStep[];
  /** Age of the oldest waiting task, in seconds. */
  readonly oldestAge: readonly ThresholdStep[];
  /** Run time so far of the longest-running task, in seconds. */
  readonly longestRunning: readonly ThresholdStep[];
  /** Overdue tasks of one queue. */
  readonly overdue: readonly ThresholdStep[];
  /** Lost tasks of one queue. */
  readonly lost: readonly ThresholdStep[];
  /** Share of the task slots in use, 0 to 1. */
  readonly saturation: readonly ThresholdStep[];
  /** Time until a queue is empty, in seconds. */
  readonly drain: readonly ThresholdStep[];
  /** Age of the last reading of a queue, in seconds. */
  readonly readingAge: readonly ThresholdStep[];
  /** Workers alive. */
  readonly workers: readonly ThresholdStep[];
  /** Age of the last task event, in seconds. */
  readonly eventsAge: readonly ThresholdStep[];
  /** Missed events. */
  readonly eventsMissed: readonly ThresholdStep[];
  /** Round trip of a ping, in seconds. */
  readonly ping: readonly ThresholdStep[];
  /** CPU in use, 0 to 100. */
  readonly cpuPercent: readonly ThresholdStep[];
  /** Delay of an event loop, in seconds. */
  readonly eventLoop: readonly ThresholdStep[];
  /** A count of which there should be none. */
  readonly none: readonly ThresholdStep[];
  /** 1 is fine, 0 is not. */
  readonly up: readonly ThresholdStep[];
}

/** Share of a limit from which a panel warns. */
const NEAR = 0.8;

/**
 * The colours, from the limits of the alerts: red is where an alert fires by default, orange is near it. Durations and memory of processes have none: 5 ms
 * and six hours are both normal run times, and what a process may take depends on its machine.
 */
export const thresholds: Thresholds = {
  successRatio: [
    { value: null, color: "red" },
    { value: rounded(1 - limits.failureRatio), color: "orange" },
    { value: limits.successObjective, color: "green" },
  ],
  failureRatio: [
    { value: null, color: "green" },
    { value: rounded(1 - limits.successObjective), color: "orange" },
    { value: limits.failureRatio, color: "red" },
  ],
  queueLength: rising(limits.backlogTasks),
  oldestAge: rising(limits.oldestTaskSeconds),
  longestRunning: rising(limits.stuckSeconds),
  overdue: above(limits.overdueTasks),
  lost: above(limits.stalledTasks),
  saturation: rising(limits.saturationRatio),
  drain: rising(limits.drainSeconds),
  readingAge: rising(limits.staleReadingSeconds),
  workers: [
    { value: null, color: "red" },
    { value: 1, color: "green" },
  ],
  eventsAge: rising(limits.eventsSilentSeconds),
  eventsMissed: above(limits.eventsMissed),
  ping: rising(limits.brokerPingSeconds),
  cpuPercent: rising(limits.cpuPercent),
  eventLoop: rising(limits.eventLoopSeconds),
  none: above(0),
  up: [
    { value: null, color: "red" },
    { value: 1, color: "green" },
  ],
};

function rising(limit: number): readonly ThresholdStep[] {
  return [
    { value: null, color: "green" },
    { value: rounded(NEAR * limit), color: "orange" },
    { value: limit, color: "red" },
  ];
}

/** Red from the next whole number above the limit. */
function above(limit: number): readonly ThresholdStep[] {
  return [
    { value: null, color: "green" },
    { value: limit + 1, color: "red" },
  ];
}

/** Without the noise of binary fractions. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
