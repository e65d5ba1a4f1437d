import {
  BROKER_VERDICTS,
  judgeBroker,
  observeBroker,
  QUEUE_VERDICTS,
  type ThresholdSettings,
  thresholdsFor,
} from "@taskvitals/rules";
import { answersOf } from "./answers.ts";
import type { RingTrack } from "./history-ring.ts";
import { judgeQueues, type LiveJudgedQueue } from "./judge-queues.ts";
import type { LiveHistory } from "./live-history.ts";
import type { BrokerRow, CountedRow, LiveQueueVerdict, LiveState, QueueRow, TaskRow } from "./live-state.ts";
import { countsOver, endedPerSecond } from "./recent-counts.ts";
import { taskKey } from "./task-key.ts";

/** What a state says beside what the history knows. */
export type StateSurroundings = Pick<LiveState, "about" | "failure" | "tickSeconds" | "since">;

/** The worst first. */
const RANKS: readonly LiveQueueVerdict[] = [
  ...QUEUE_VERDICTS.filter((verdict) => verdict !== "healthy"),
  "unread",
  "healthy",
];

/** Everything that is known now. */
export function composeState(history: LiveHistory, around: StateSurroundings, settings: ThresholdSettings): LiveState {
  const recent = history.quantiles.ofQueues();
  const queues = byRank(
    RANKS,
    judgeQueues(history, settings).map((judged) => ({
      ...queueRow(history, judged, settings),
      ...recent.get(judged.judgement.queue),
    })),
    ({ queue }) => queue,
  );
  const brokers = byRank(BROKER_VERDICTS, brokerRows(history, settings), ({ broker }) => broker);
  const tasks = taskRows(history, settings);
  const now = history.looks.at(-1);
  const { eventsMissed } = thresholdsFor(settings);
  return {
    at: now?.atSeconds ?? 0,
    ...around,
    answers: answersOf(brokers, queues, tasks.length > 0),
    doubts: history.doubts.doubts.filter(({ count, doubt }) => doubt !== "events_missed" || count > eventsMissed),
    brokers,
    queues,
    tasks,
    process: newestOf(history.platform.track(""), history, ["cpuPercent", "memoryGigabytes", "loopBusy"]),
  };
}

function queueRow(
  history: LiveHistory,
  { isUnread, judgement, seen }: LiveJudgedQueue,
  settings: ThresholdSettings,
): QueueRow {
  const { alert, cause, evidence, next, queue, verdict } = judgement;
  const facts = history.looks.at(-1)?.facts.queues.get(queue);
  const known = verdict === "blind" && seen.ready === undefined ? undefined : facts;
  const { failureWindowSeconds } = thresholdsFor(settings, { queue });
  const readAt = history.readAt(queue);
  return {
    ...{ queue, cause, because: evidence[0] ?? "", next, alert },
    verdict: isUnread === true ? "unread" : verdict,
    reason: known === undefined ? /\((\w+)\)$/.exec(seen.unreadable ?? "")?.[1] : undefined,
    readAt: readAt === undefined ? undefined : Math.floor(readAt),
    ready: known?.ready,
    oldestAgeSeconds: known?.oldestAgeSeconds,
    active: seen.running,
    slots: seen.slots,
    workers: seen.workers,
    delayed: known?.states.get("delayed"),
    overdue: known?.states.get("overdue"),
    paused: known?.paused,
    ...counted(history.queues.track(queue), history.queues.times, failureWindowSeconds),
  };
}

function taskRows(history: LiveHistory, settings: ThresholdSettings): readonly TaskRow[] {
  return [...history.countedTasks.values()]
    .flat()
    .map(({ queue, task }) => ({
      queue,
      task,
      ...counted(
        history.tasks.track(taskKey(queue, task)),
        history.tasks.times,
        thresholdsFor(settings, { queue, task }).failureWindowSeconds,
      ),
      ...history.quantiles.ofTask(queue, task),
    }))
    .sort((one, other) => compare(one.queue, other.queue) || compare(one.task, other.task));
}

function counted(
  track: RingTrack<"ended" | "failed" | "retried"> | undefined,
  times: readonly number[],
  windowSeconds: number,
): Omit<CountedRow, "waitP95" | "runP95"> {
  if (track === undefined) return {};
  const counts = countsOver(track, times, windowSeconds);
  if (counts === undefined) return {};
  const { ended, failed, retried } = counts;
  return {
    ...{ ended, retried, perSecond: endedPerSecond(track, times) },
    failureRatio: ended === 0 ? undefined : failed / ended,
  };
}

function brokerRows(history: LiveHistory, settings: ThresholdSettings): readonly BrokerRow[] {
  // What answered before and does not now is away now.
  const newest = history.looks.slice(-1);
  return [...(newest[0]?.facts.brokers.keys() ?? [])].map((broker) => {
    const seen = observeBroker(broker, newest);
    // One late answer is no slow broker: a busy process takes its time as well.
    const { pingSeconds } = observeBroker(broker, history.looks);
    const { alert, evidence, next, verdict } = judgeBroker({ ...seen, pingSeconds }, settings);
    return {
      ...{ broker, verdict, because: evidence[0] ?? "", next, alert },
      ...(seen.up === false
        ? {}
        : {
            pingSeconds: seen.pingSeconds,
            memoryBytes: seen.memoryBytes,
            memoryLimitBytes: seen.memoryLimitBytes,
            unacked: newest[0]?.facts.brokers.get(broker)?.unacked,
          }),
    };
  });
}

function newestOf<Column extends string>(
  track: RingTrack<Column> | undefined,
  { platform }: LiveHistory,
  columns: readonly Column[],
): Partial<Record<Column, number>> {
  const place = platform.times.length - 1;
  const found: Partial<Record<Column, number>> = {};
  for (const column of columns) {
    const value = track?.at(column, place);
    if (value !== undefined) found[column] = value;
  }
  return found;
}

function byRank<Row extends { readonly verdict: string }>(
  order: readonly string[],
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): readonly Row[] {
  return rows.toSorted(
    (one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict) || compare(nameOf(one), nameOf(other)),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
