import type { ThresholdSettings } from "../threshold-settings.ts";
import { judgeQueue } from "../verdict/judge-queue.ts";
import type { QueueObservation } from "../verdict/queue-observation.ts";
import type { QueueJudgement } from "../verdict/queue-verdict.ts";

/** A queue as it was seen over the window of each kind of verdict; one that was watched was seen over one time alone. */
export interface WindowedObservations {
  /** Over the time in which something must move; also what is true now. */
  readonly still: QueueObservation;
  /** Over the time of which the share of failures is taken. */
  readonly failure: QueueObservation;
  /** Over the time in which growth counts. */
  readonly growth: QueueObservation;
}

/** A verdict and what was seen. */
export interface JudgedQueue {
  /** The verdict and its evidence. */
  readonly judgement: QueueJudgement;
  /** What the verdict rests on. */
  readonly seen: QueueObservation;
}

/** Judges a queue that was watched over one time. */
export function judgeWatched(seen: QueueObservation, settings: ThresholdSettings): JudgedQueue {
  return { judgement: judgeQueue(seen, settings), seen };
}

/** Judges a queue by each window, and takes of each what its window is for: the worst first. */
export function judgeWindows(
  { failure, growth, still }: WindowedObservations,
  settings: ThresholdSettings,
): JudgedQueue {
  const now = judgeWatched(still, settings);
  if (["blind", "starving", "stuck"].includes(now.judgement.verdict)) return now;
  const failed = judgeWatched(failure, settings);
  if (failed.judgement.verdict === "failing") return failed;
  const grown = judgeWatched(growth, settings);
  if (grown.judgement.verdict === "backlog") return grown;
  // What another window judges better is no objection; the facts stand behind it.
  const { evidence, queue, verdict } = now.judgement;
  return verdict === "healthy"
    ? now
    : { judgement: { queue, verdict: "healthy", evidence: evidence.slice(1) }, seen: still };
}

/** Whether looking for longer could change the verdict. */
export function isDecided({ judgement: { verdict }, seen }: JudgedQueue): boolean {
  return verdict === "blind" || verdict === "starving" || (verdict === "stuck" && seen.paused === true);
}

/** What Prometheus knows, and of what it does not know, what was seen here. */
export function filledIn(known: WindowedObservations, seen: QueueObservation | undefined): WindowedObservations {
  if (seen === undefined) return known;
  const fill = (one: QueueObservation): QueueObservation => ({
    ...seen,
    ...defined(one),
    watchedSeconds: one.watchedSeconds,
    unreadable: one.ready === undefined && seen.ready === undefined ? (one.unreadable ?? seen.unreadable) : undefined,
    // Changes over another time than that of the window would be mistaken for the window's.
    readyChange: one.readyChange,
    readyChangeLately: one.readyChangeLately,
    oldestAgeChange: one.oldestAgeChange,
    keptFailuresChange: one.keptFailuresChange,
    ended: one.ended,
    failed: one.failed,
    retried: one.retried,
    outcomes: one.outcomes,
  });
  return { still: fill(known.still), failure: fill(known.failure), growth: fill(known.growth) };
}

function defined(seen: QueueObservation): QueueObservation {
  return Object.fromEntries(
    Object.entries(seen).filter(([, value]) => value !== undefined),
  ) as unknown as QueueObservation;
}
