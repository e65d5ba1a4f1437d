import {
  BROKER_VERDICTS,
  type BrokerJudgement,
  type JudgedQueue,
  QUEUE_VERDICTS,
  type QueueObservation,
  RUNBOOK_URL,
} from "@taskvitals/rules";
import type { BrokerReport, QueueReport } from "./doctor-report.ts";

/** The queues for the report, the worst first, and by name where they are alike. */
export function queueReports(judged: readonly JudgedQueue[]): readonly QueueReport[] {
  return judged
    .map(({ judgement: { alert, evidence, next, queue, verdict }, seen }) => ({
      ...{ queue, verdict, evidence, next, alert, runbook: runbookOf(alert) },
      seen: rounded(seen),
    }))
    .sort((one, other) => byRank(QUEUE_VERDICTS, one.verdict, other.verdict) || byName(one.queue, other.queue));
}

/** The brokers for the report, the worst first. */
export function brokerReports(
  judgements: readonly BrokerJudgement[],
  addresses: ReadonlyMap<string, string> | undefined,
): readonly BrokerReport[] {
  return judgements
    .map(({ alert, broker, evidence, next, verdict }) => ({
      ...{ broker, address: addresses?.get(broker), verdict, evidence, next, alert, runbook: runbookOf(alert) },
    }))
    .sort((one, other) => byRank(BROKER_VERDICTS, one.verdict, other.verdict) || byName(one.broker, other.broker));
}

/** Where the runbook of an alert is. */
function runbookOf(alert: string | undefined): string | undefined {
  return alert === undefined ? undefined : `${RUNBOOK_URL}#${alert.toLowerCase()}`;
}

function byRank<T>(order: readonly T[], one: T, other: T): number {
  return order.indexOf(one) - order.indexOf(other);
}

function byName(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** To milliseconds: what is beyond is noise of clocks. */
function rounded(seen: QueueObservation): QueueObservation {
  const entries = Object.entries(seen).map(([key, value]) => [
    key,
    typeof value === "number" ? Math.round(value * 1000) / 1000 : value,
  ]);
  return Object.fromEntries(entries) as unknown as QueueObservation;
}
