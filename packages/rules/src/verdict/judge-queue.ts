import { type ThresholdSettings, thresholdsFor } from "../threshold-settings.ts";
import type { ThresholdValues } from "../thresholds.ts";
import { backlog } from "./backlog.ts";
import { amount, time } from "./evidence-text.ts";
import { failing } from "./failing.ts";
import type { Finding } from "./finding.ts";
import type { QueueObservation } from "./queue-observation.ts";
import type { QueueJudgement } from "./queue-verdict.ts";
import { stuck } from "./stuck.ts";

/** Looks for one thing that may be wrong with a queue. */
type Judge = (seen: QueueObservation, values: ThresholdValues, settings: ThresholdSettings) => Finding | undefined;

/** The worst first: the first that finds something decides. */
const judges: readonly Judge[] = [blind, starving, stuck, failing, backlog];

/**
 * Judges a queue by what was seen of it, with the thresholds of the alerts. What is not known is never held against it, but for the length: a queue that
 * cannot be read is blind.
 */
export function judgeQueue(seen: QueueObservation, settings: ThresholdSettings = {}): QueueJudgement {
  const values = thresholdsFor(settings, { queue: seen.queue });
  for (const judge of judges) {
    const finding = judge(seen, values, settings);
    if (finding === undefined) continue;
    const { because, verdict, ...rest } = finding;
    const facts = verdict === "blind" ? [] : factsOf(seen);
    return { queue: seen.queue, verdict, evidence: [because, ...facts], ...rest };
  }
  return { queue: seen.queue, verdict: "healthy", evidence: factsOf(seen) };
}

function blind(seen: QueueObservation, { staleReadingSeconds }: ThresholdValues): Finding | undefined {
  const { readingAgeSeconds = 0, ready, unreadable } = seen;
  const because =
    unreadable !== undefined
      ? `it cannot be read: ${unreadable}`
      : readingAgeSeconds > staleReadingSeconds
        ? `its last reading is ${time(readingAgeSeconds)} old (limit ${time(staleReadingSeconds)})`
        : undefined;
  if (because !== undefined) {
    return {
      verdict: "blind",
      cause: unreadable === undefined ? "stale" : "unreadable",
      because,
      next: "Make it readable first: `taskvitals-exporter check` with the same options says what is wrong and what to do.",
      alert: "TaskQueueReadingStale",
    };
  }
  if (ready !== undefined) return undefined;
  // Its tasks are counted, and nobody was told to read it: no reading is old, so no alert says so.
  return {
    verdict: "blind",
    cause: "unread",
    because: "nobody says how many tasks wait",
    next: "Have it read: give --redis and --queue, or the page of a process that declares the queue.",
  };
}

function starving({ ready = 0, slots, workers }: QueueObservation): Finding | undefined {
  const gone = workers === undefined ? slots === 0 : workers === 0;
  if (ready === 0 || !gone) return undefined;
  return {
    verdict: "starving",
    cause: "no_workers",
    because: `${amount(ready, "task")} ${ready === 1 ? "waits" : "wait"} and no worker is there`,
    next: "Start workers for this queue; if some run, see that they listen to this queue on this server, database and prefix.",
    alert: "TaskWorkersGone",
  };
}

/** What is known, whatever the verdict. */
function factsOf(seen: QueueObservation): string[] {
  const { oldestAgeSeconds, ready = 0, running, slots, workers } = seen;
  const busy =
    running === undefined
      ? []
      : [`${running}${slots === undefined || slots === 0 ? "" : ` of ${slots} slots`} running`];
  return [
    [
      ready === 0 ? "nothing waits" : `${amount(ready, "task")} ${ready === 1 ? "waits" : "wait"}`,
      ...(ready > 0 && oldestAgeSeconds !== undefined ? [`the oldest for ${time(oldestAgeSeconds)}`] : []),
      ...busy,
      ...(workers === undefined ? [] : [amount(workers, "worker")]),
    ].join(", "),
    ...endings(seen),
    ...draining(seen),
  ];
}

function endings({ ended, failed = 0, retried = 0, watchedSeconds }: QueueObservation): string[] {
  if (ended === undefined || watchedSeconds === 0) return [];
  const outcomes =
    ended === 0
      ? "no task ended"
      : `${amount(ended, "task")} ended, of which ${failed === 0 ? "none" : failed} failed,`;
  const again = retried === 0 ? "" : `; ${amount(retried, "attempt")} will be tried again`;
  return [`${outcomes} in ${time(watchedSeconds)}${again}`];
}

function draining({ ready = 0, readyChange = 0, watchedSeconds }: QueueObservation): string[] {
  if (ready === 0 || watchedSeconds === 0 || readyChange >= 0) return [];
  return [`it drains, and is empty in about ${time((ready * watchedSeconds) / -readyChange)} at this pace`];
}
