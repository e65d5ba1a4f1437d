import type { AlertDefinition } from "../alert.ts";
import { brokerAlerts } from "./broker-alerts.ts";
import { queueAlerts } from "./queue-alerts.ts";
import { taskAlerts } from "./task-alerts.ts";
import { telemetryAlerts } from "./telemetry-alerts.ts";
import { workerAlerts } from "./worker-alerts.ts";

/** Every alert, in the order of the runbooks. */
export const alerts: readonly AlertDefinition[] = [
  ...taskAlerts,
  ...queueAlerts,
  ...workerAlerts,
  ...brokerAlerts,
  ...telemetryAlerts,
];
