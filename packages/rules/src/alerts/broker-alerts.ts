import { contract } from "@taskvitals/core";
import type { AlertDefinition } from "../alert.ts";
import { durationText } from "../duration-text.ts";
import type { RuleQueries } from "../rule-scope.ts";

const { brokerMemory, brokerMemoryLimit, brokerPing, brokerUp } = contract;

/** Alerts about the brokers. */
export const brokerAlerts: readonly AlertDefinition[] = [
  {
    name: "TaskBrokerDown",
    group: "brokers",
    severity: "critical",
    forSeconds: 60,
    subject: "broker",
    thresholds: [],
    summary: "The broker {{ $labels.broker }} does not answer",
    description: () =>
      "No process that reads the broker {{ $labels.broker }} gets an answer from it in time. Nothing can be enqueued or taken, and its queues have no readings.",
    // Where one process reaches it, it is not the broker that is down.
    expr: (q) => `max by ${q.labels("broker")} (${q.series(brokerUp)}) == 0`,
  },
  {
    name: "TaskBrokerSlow",
    group: "brokers",
    severity: "warning",
    forSeconds: 300,
    subject: "broker",
    thresholds: ["brokerPingSeconds"],
    summary: "The broker {{ $labels.broker }} takes {{ $value | humanizeDuration }} to answer a ping",
    description: ({ brokerPingSeconds }) =>
      `The broker {{ $labels.broker }} answers a ping after {{ $value | humanizeDuration }}, whoever asks; above ${durationText(brokerPingSeconds)} every task waits for it several times.`,
    // The quickest of those who ask: what one process alone finds slow is that process.
    expr: (q, { brokerPingSeconds }) => `min by ${q.labels("broker")} (${q.series(brokerPing)}) > ${brokerPingSeconds}`,
  },
  {
    name: "TaskBrokerMemoryNearLimit",
    group: "brokers",
    severity: "critical",
    forSeconds: 60,
    subject: "broker",
    thresholds: ["brokerMemoryRatio"],
    summary: "The broker {{ $labels.broker }} uses {{ $value | humanizePercentage }} of its memory",
    description: ({ brokerMemoryRatio }) =>
      `The broker {{ $labels.broker }} uses {{ $value | humanizePercentage }} of maxmemory (limit ${Math.round(100 * brokerMemoryRatio)}%). At 100% it refuses new tasks or evicts keys, by its policy.`,
    expr: (q, { brokerMemoryRatio }) => `${fullest(q)} > ${brokerMemoryRatio}`,
  },
];

function fullest(q: RuleQueries): string {
  const by = q.labels("broker");
  return `max by ${by} (${q.series(brokerMemory)}) / (max by ${by} (${q.series(brokerMemoryLimit)}) > 0)`;
}
