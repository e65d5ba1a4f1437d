import {
  type BrokerObservation,
  type QueueFacts,
  type QueueObservation,
  type TaskOutcomes,
  type ThresholdSettings,
  thresholdsFor,
  UNKNOWN_VALUE,
  unreadableText,
  type WindowedObservations,
} from "@taskvitals/rules";
import type { PrometheusFacts, WindowFacts } from "./prometheus-facts.ts";

/** The queues as Prometheus has seen them, over the window of each kind of verdict. */
export function queuesOfPrometheus(
  facts: PrometheusFacts,
  settings: ThresholdSettings,
): ReadonlyMap<string, WindowedObservations> {
  const { failureWindowSeconds, growthWindowSeconds } = thresholdsFor(settings);
  const names = new Set([...facts.now.queues.keys(), ...facts.readErrors.flatMap(({ labels }) => labels.queue ?? [])]);
  const observations = [...names].map((queue) => {
    const { stuckSeconds } = thresholdsFor(settings, { queue });
    const still = overWindow(queue, facts, stuckSeconds);
    const growth = overWindow(queue, facts, growthWindowSeconds, true);
    const isStill = (growth.ended ?? 0) + (growth.retried ?? 0) === 0;
    return [
      queue,
      {
        still,
        failure: overWindow(queue, facts, failureWindowSeconds),
        // Whether nothing moves is judged over a window of its own.
        growth: isStill ? { ...growth, ended: undefined, oldestAgeChange: 0, overdue: undefined } : growth,
      },
    ] as const;
  });
  return new Map(observations);
}

/** Tasks that ended and whose queue nobody knows, over the window of failures. */
export function unattributedOfPrometheus({ windows }: PrometheusFacts, settings: ThresholdSettings): QueueObservation {
  const { failureWindowSeconds } = thresholdsFor(settings);
  const window = windows.find(({ seconds }) => seconds === failureWindowSeconds) as WindowFacts;
  return { queue: UNKNOWN_VALUE, watchedSeconds: failureWindowSeconds, ...counted(UNKNOWN_VALUE, window) };
}

/** The brokers as Prometheus has seen them. */
export function brokersOfPrometheus({ now, ping }: PrometheusFacts): readonly BrokerObservation[] {
  return [...now.brokers].map(([broker, { memoryBytes, memoryLimitBytes, pingSeconds, up }]) => ({
    broker,
    up: up === undefined ? undefined : up > 0,
    pingSeconds: ping.get(broker) ?? pingSeconds,
    memoryBytes,
    memoryLimitBytes,
  }));
}

/** Times the spread of random arrivals that a change must exceed, to be one. */
const BEYOND_CHANCE = 2;
const NOTHING: QueueFacts = { states: new Map(), readErrors: new Map() };

function overWindow(queue: string, all: PrometheusFacts, seconds: number, fromLowest = false): QueueObservation {
  const window = all.windows.find((one) => one.seconds === seconds) as WindowFacts;
  const facts = all.now.queues.get(queue) ?? NOTHING;
  const { ready, runs = 0, runSeconds, slots, states } = facts;
  const then = fromLowest ? window.readyLowest.get(queue) : window.readyThen.get(queue);
  const failedThen = window.failedThen.get(queue);
  const failedNow = states.get("failed");
  const ageThen = window.ageThen.get(queue);
  const reason = all.readErrors.find(({ labels }) => labels.queue === queue)?.labels.reason;
  const readAt = all.readAt.get(queue);
  const counts = facts.isCounted ? counted(queue, window) : {};
  return {
    queue,
    watchedSeconds: window.covered.get(queue) ?? 0,
    unreadable: ready === undefined && reason !== undefined ? unreadableText(reason) : undefined,
    readingAgeSeconds: readAt === undefined ? undefined : Math.max(0, all.atSeconds - readAt),
    ready,
    // As the alert waits before it fires, what has not lasted is no growth yet.
    readyChange: difference(fromLowest ? least(ready, window.readyLasting.get(queue)) : ready, then),
    readyChangeLately: changeLately(queue, ready, window, counts.ended),
    oldestAgeSeconds: facts.oldestAgeSeconds,
    oldestAgeChange: difference(facts.oldestAgeSeconds, ageThen),
    overdue: all.overdue.get(queue),
    running: states.get("active") ?? facts.active,
    oldestActiveSeconds: facts.oldestActiveSeconds,
    slots: slots ?? ((all.slotsSeen.get(queue) ?? 0) > 0 ? 0 : undefined),
    workers: facts.workers,
    paused: facts.paused,
    keptFailuresChange: difference(failedNow, failedThen),
    averageRunSeconds: runSeconds === undefined || runs === 0 ? undefined : runSeconds / runs,
    ...counts,
  };
}

/**
 * By how much the length changed over the last third of the window. A slope over minutes still rises when a burst has been draining for a while, so what has
 * fallen from its peak by more than chance explains has shrunk.
 */
function changeLately(
  queue: string,
  ready: number | undefined,
  { readyHighest, readySlope, seconds }: WindowFacts,
  ended = 0,
): number | undefined {
  const slope = readySlope.get(queue);
  const fallen = (readyHighest.get(queue) ?? 0) - (ready ?? 0);
  // Arrivals and ends at random move the length by about the root of how many there were.
  if (ready !== undefined && fallen > BEYOND_CHANCE * Math.sqrt(2 * ended + fallen)) return -fallen;
  return slope === undefined ? undefined : (slope * seconds) / 3;
}

function counted(
  queue: string,
  { failed, retried, succeeded }: WindowFacts,
): Pick<QueueObservation, "ended" | "failed" | "retried" | "outcomes"> {
  const tasks = new Map<string, { ended: number; failed: number }>();
  for (const [samples, hasFailed] of [[succeeded, false] as const, [failed, true] as const]) {
    for (const { labels, value } of samples) {
      if (labels.queue !== queue) continue;
      const sum = tasks.get(labels.task ?? "") ?? { ended: 0, failed: 0 };
      tasks.set(labels.task ?? "", sum);
      sum.ended += value;
      if (hasFailed) sum.failed += value;
    }
  }
  // increase() extrapolates: three tasks may come to 3.07.
  const outcomes: readonly TaskOutcomes[] = [...tasks].flatMap(([task, sum]) =>
    sum.ended > 0 ? [{ task, ended: Math.round(sum.ended), failed: Math.round(sum.failed) }] : [],
  );
  return {
    ended: outcomes.reduce((sum, one) => sum + one.ended, 0),
    failed: outcomes.reduce((sum, one) => sum + one.failed, 0),
    retried: Math.round(retried.get(queue) ?? 0),
    outcomes,
  };
}

function difference(now: number | undefined, then: number | undefined): number | undefined {
  return now === undefined || then === undefined ? undefined : now - then;
}

function least(now: number | undefined, lately: number | undefined): number | undefined {
  return now === undefined || lately === undefined ? now : Math.min(now, lately);
}
