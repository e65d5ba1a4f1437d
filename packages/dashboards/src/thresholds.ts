/** A value from which a colour applies; `null` is the colour below the first one. */
export interface ThresholdStep {
  /** In the unit of the panel. */
  readonly value: number | null;
  /** A colour name of Grafana's palette. */
  readonly color: string;
}

/** Every threshold of the dashboards, in the unit of its panel. They are starting points: a platform sets its own. */
export interface Thresholds {
  /** Share of tasks that ended in success, 0 to 1. */
  readonly successRatio: readonly ThresholdStep[];
  /** Tasks waiting in one queue. */
  readonly queueLength: readonly ThresholdStep[];
  /** CPU in use, 0 to 100. */
  readonly cpuPercent: readonly ThresholdStep[];
}

/**
 * The thresholds shipped. Duration and memory have none: 5 ms and six hours are both normal run times, and what a process may
 * take depends on its machine.
 */
export const thresholds: Thresholds = {
  successRatio: [
    { value: null, color: "red" },
    { value: 0.95, color: "orange" },
    { value: 0.99, color: "green" },
  ],
  queueLength: [
    { value: null, color: "green" },
    { value: 100, color: "orange" },
    { value: 1000, color: "red" },
  ],
  cpuPercent: [
    { value: null, color: "green" },
    { value: 75, color: "orange" },
    { value: 90, color: "red" },
  ],
};
