import { UNKNOWN_VALUE } from "@taskvitals/core";
import type { ThresholdSettings } from "../threshold-settings.ts";
import { judgeQueue } from "../verdict/judge-queue.ts";
import type { QueueObservation } from "../verdict/queue-observation.ts";
import type { JudgedQueue } from "./judged-queue.ts";

/** Tasks that ended and were counted, of which nobody knows the queue: Celery's workers do not announce it. */
export interface UnattributedTasks {
  readonly judged: readonly JudgedQueue[];
  /** What is to be said of them beside verdicts. */
  readonly unknown: readonly string[];
}

/** Judges what can be judged of them: whether too many fail. Where they do not, they are no queue to speak of. */
export function judgeUnattributed(seen: QueueObservation, settings: ThresholdSettings): UnattributedTasks {
  const { ended = 0, failed = 0, outcomes } = seen;
  if (ended === 0) return { judged: [], unknown: [] };
  const counted: QueueObservation = {
    queue: UNKNOWN_VALUE,
    watchedSeconds: seen.watchedSeconds,
    ended,
    failed,
    outcomes,
  };
  const judgement = judgeQueue({ ...counted, ready: 0 }, settings);
  const evidence = [judgement.evidence[0] ?? "", WHY];
  return {
    judged: judgement.verdict === "failing" ? [{ judgement: { ...judgement, evidence }, seen: counted }] : [],
    unknown: [
      `The queue of ${ended} ${ended === 1 ? "task" : "tasks"} that ended, of which ${failed} failed. ${REMEDY}`,
    ],
  };
}

const WHY = `these tasks were announced without their queue, and are counted as ${UNKNOWN_VALUE}`;
const REMEDY =
  "Set task_send_sent_event in Celery's producers, or celeryEvents.taskQueues in the file, or give --celery-inspect, which asks the workers.";
