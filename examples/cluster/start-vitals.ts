import { startTaskVitals, type TaskVitals } from "taskvitals";

/** Starts taskvitals as every process of this platform does: the primary keeps the totals, and the workers find it by themselves. */
export function startVitals(): Promise<TaskVitals> {
  return startTaskVitals({
    serviceName: "cluster",
    sharedTotals: { store: "machine", intervalMs: 1000 },
    defaultQueue: "http",
    tasks: ["classify_mail"],
    // The workers share one port, on which the application answers as well.
    endpoint: false,
  });
}
