import { UNKNOWN_VALUE } from "@taskvitals/core";
import type { BrokerVerdict } from "@taskvitals/rules";
import type { BrokerRow, LiveAnswers, LiveQueueVerdict, QueueRow, ScaleAnswer } from "./live-state.ts";

/** Queues that an answer names. */
const NAMED = 5;
/** Alerts that more workers answer. */
const NEEDS_WORKERS: ReadonlySet<string | undefined> = new Set(["TaskWorkersGone", "TaskSlotsExhausted"]);

/**
 * Answers the three questions from the verdicts.
 *
 * @param queues - the worst first
 * @param isCounting - whether any task is counted
 */
export function answersOf(
  brokers: readonly BrokerRow[],
  queues: readonly QueueRow[],
  isCounting: boolean,
): LiveAnswers {
  const ill = queues.filter(({ verdict }) => verdict !== "healthy" && verdict !== "unread");
  const isKnown = queues.length > 0 || brokers.length > 0 || isCounting;
  const isWell = ill.length === 0 && brokers.every(({ verdict }) => verdict === "healthy");
  return {
    health: !isKnown ? "unknown" : isWell ? "healthy" : "attention",
    queuesBy: countBy<LiveQueueVerdict>(queues.map(({ verdict }) => verdict)),
    brokersBy: countBy<BrokerVerdict>(brokers.map(({ verdict }) => verdict)),
    stuck: ill.slice(0, NAMED).map(({ queue }) => queue),
    scale: scaleOf(queues),
  };
}

function scaleOf(queues: readonly QueueRow[]): ScaleAnswer {
  const named = (rows: readonly QueueRow[]): readonly string[] => rows.slice(0, NAMED).map(({ queue }) => queue);
  const withSlots = queues.filter(({ slots }) => slots !== undefined);
  const active = withSlots.flatMap((row) => row.active ?? []);
  const busy = {
    // Where one queue does not tell how many of its tasks run, the sum of the others would look like fewer.
    ...(withSlots.length > 0 && active.length === withSlots.length && { active: sum(active) }),
    ...(withSlots.length > 0 && { slots: sum(withSlots.flatMap(({ slots }) => slots ?? [])) }),
  };
  const starving = queues.filter(({ alert }) => NEEDS_WORKERS.has(alert));
  if (starving.length > 0) return { answer: "out", queues: named(starving), ...busy };
  const late = queues.filter(({ verdict }) => verdict === "backlog");
  if (late.length > 0) return { answer: "look", queues: named(late), ...busy };
  // Tasks whose queue nobody knows are no queue that could be read.
  const real = queues.filter(({ queue }) => queue !== UNKNOWN_VALUE);
  const unread = real.filter((row) => row.ready === undefined || isUnattended(row));
  if (unread.length > 0 || real.length === 0) return { answer: "unknown", queues: named(unread), ...busy };
  return { answer: "enough", queues: [], ...busy };
}

/** Work waits, nobody tells of a worker, and nothing is seen to end: whether somebody will take it is not known. */
function isUnattended({ perSecond = 0, ready = 0, slots, workers }: QueueRow): boolean {
  return ready > 0 && slots === undefined && workers === undefined && perSecond === 0;
}

function countBy<Verdict extends string>(verdicts: readonly Verdict[]): Partial<Record<Verdict, number>> {
  const counts: Partial<Record<Verdict, number>> = {};
  for (const verdict of verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
