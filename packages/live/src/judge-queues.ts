import { UNKNOWN_VALUE } from "@taskvitals/core";
import {
  type JudgedQueue,
  judgeUnattributed,
  judgeWatched,
  judgeWindows,
  observeQueue,
  observeUnattributed,
  type QueueObservation,
  type ThresholdSettings,
  thresholdsFor,
} from "@taskvitals/rules";
import type { LiveHistory } from "./live-history.ts";
import { looksInVain, pastLooks } from "./past-looks.ts";

/** Part of its window that growth must have been watched for: what has just begun may be a burst. */
const WATCHED_PART = 1 / 3;

/** What to do about tasks whose queue nobody knows; how depends on who counts them. */
const NAME_THE_QUEUE =
  "Their queue is not known: name it where they are wrapped or recorded; for Celery set task_send_sent_event in the producers, or give --celery-inspect.";

/** A verdict and what it rests on; `isUnread` where only its tasks are counted, and nothing is wrong with them. */
export interface LiveJudgedQueue extends JudgedQueue {
  readonly isUnread?: boolean;
}

/** Judges every queue that the newest reading knows, each verdict over the window that the alert of its name looks at. */
export function judgeQueues(history: LiveHistory, settings: ThresholdSettings): readonly LiveJudgedQueue[] {
  const queues = [...(history.looks.at(-1)?.facts.queues.keys() ?? [])];
  const judged = queues.flatMap((queue) => judgeOne(history, queue, settings));
  if (!history.countedTasks.has(UNKNOWN_VALUE)) return judged;
  const { failureWindowSeconds } = thresholdsFor(settings);
  const unattributed = observeUnattributed(pastLooks(history, UNKNOWN_VALUE, failureWindowSeconds));
  const failing = judgeUnattributed(unattributed, settings).judged.map(({ judgement, seen }) => ({
    judgement: { ...judgement, next: `${judgement.next ?? ""} ${NAME_THE_QUEUE}`.trim() },
    seen,
  }));
  return [...judged, ...failing];
}

function judgeOne(history: LiveHistory, queue: string, settings: ThresholdSettings): readonly LiveJudgedQueue[] {
  const isRead = history.looks.at(-1)?.facts.queues.get(queue)?.ready !== undefined;
  if (!isRead) {
    const seen = observeQueue(queue, looksInVain(history, queue), { isDeclared: false });
    const isRefused = seen?.unreadable !== undefined || seen?.readingAgeSeconds !== undefined;
    if (!isRefused && !isMentioned(history, queue)) return [];
    return isRefused ? [judgeWatched(seen, settings)] : [judgeCounted(history, queue, settings)];
  }
  const { failureWindowSeconds, growthWindowSeconds, stuckSeconds } = thresholdsFor(settings, { queue });
  const over = (seconds: number): QueueObservation => observed(history, queue, seconds);
  const still = over(stuckSeconds);
  const failure = failureWindowSeconds === stuckSeconds ? still : over(failureWindowSeconds);
  const growth = growthWindowSeconds === stuckSeconds ? still : over(growthWindowSeconds);
  return [judgeWindows({ still, failure, growth: settled(growth, growthWindowSeconds) }, settings)];
}

/** Whether anything is said of it but that readings failed once, which is said of a queue that was removed as well. */
function isMentioned(history: LiveHistory, queue: string): boolean {
  const { readErrors: _, states, ...rest } = history.looks.at(-1)?.facts.queues.get(queue) ?? { states: new Map() };
  return states.size > 0 || Object.keys(rest).length > 0;
}

/** Nobody was told to read it: what its tasks say alone is judged. */
function judgeCounted(history: LiveHistory, queue: string, settings: ThresholdSettings): LiveJudgedQueue {
  const { failureWindowSeconds } = thresholdsFor(settings, { queue });
  const { active, oldestActiveSeconds, slots } = history.looks.at(-1)?.facts.queues.get(queue) ?? {};
  const counted = { ...observed(history, queue, failureWindowSeconds), running: active, oldestActiveSeconds, slots };
  const { judgement } = judgeWatched({ ...counted, ready: 0 }, settings);
  const seen = { ...counted, ready: undefined };
  if (judgement.verdict !== "healthy")
    return { judgement: { ...judgement, evidence: judgement.evidence.slice(0, 1) }, seen };
  return {
    judgement: { ...judgement, evidence: ["its tasks are counted here, its length is not read"] },
    seen,
    isUnread: true,
  };
}

function observed(history: LiveHistory, queue: string, seconds: number): QueueObservation {
  return observeQueue(queue, pastLooks(history, queue, seconds), { isDeclared: true }) ?? { queue, watchedSeconds: 0 };
}

/** Growth over too short a time is not held against a queue; its age still is. */
function settled(seen: QueueObservation, windowSeconds: number): QueueObservation {
  if (seen.watchedSeconds >= windowSeconds * WATCHED_PART) return seen;
  return { ...seen, readyChange: undefined, readyChangeLately: undefined };
}
