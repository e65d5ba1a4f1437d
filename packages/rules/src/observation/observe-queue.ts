import { UNKNOWN_VALUE } from "@taskvitals/core";
import type { QueueObservation, TaskOutcomes } from "../verdict/queue-observation.ts";
import { type Rises, sumOfRises } from "./counter-rises.ts";
import type { QueueFacts } from "./instant-facts.ts";
import { type Look, latest } from "./look.ts";
import { failedReadings, NOT_FOUND, unreadableText } from "./reading-failure.ts";

/** What is known of a queue beside the samples. */
export interface QueueKnowledge {
  /** Whether it was named, and so is missed when nobody says anything of it. */
  readonly isDeclared: boolean;
  /** Whether its tasks are counted although no counter of it may be there yet; `undefined` where counters themselves must tell. */
  readonly isCounted?: boolean | undefined;
  /** Workers that are alive, where the samples do not say. */
  readonly workers?: number | undefined;
}

/** A queue as it was watched, or `undefined` where it is no longer there. */
export function observeQueue(
  queue: string,
  looks: readonly Look[],
  knowledge: QueueKnowledge,
): QueueObservation | undefined {
  const last = latest(looks).find((look) => look.facts.queues.get(queue)?.ready !== undefined);
  const facts = last?.facts.queues.get(queue);
  if (last === undefined || facts === undefined) return unread(queue, looks, knowledge);
  const seen = looks.flatMap((look) => {
    const past = look.facts.queues.get(queue);
    if (past?.ready === undefined || look.atSeconds > last.atSeconds) return [];
    // Who only looks at pages sees one reading several times.
    return [{ atSeconds: look.atSeconds, readAtSeconds: past.readAtSeconds ?? look.atSeconds, past }];
  });
  const lastReadAt = facts.readAtSeconds ?? last.atSeconds;
  const first = seen[0] ?? { atSeconds: last.atSeconds, readAtSeconds: lastReadAt, past: facts };
  const watchedSeconds = last.atSeconds - first.atSeconds;
  const others = seen.filter(({ readAtSeconds }) => readAtSeconds < lastReadAt);
  const lately =
    others.find(({ readAtSeconds }) => lastReadAt - readAtSeconds <= watchedSeconds / 3) ?? others.at(-1) ?? first;
  const change = (pick: (one: QueueFacts) => number | undefined, from = first.past): number | undefined =>
    watchedSeconds === 0 ? undefined : difference(pick(facts), pick(from));
  return {
    queue,
    watchedSeconds,
    readingAgeSeconds:
      facts.readAtSeconds === undefined ? undefined : Math.max(0, last.atSeconds - facts.readAtSeconds),
    ready: facts.ready,
    readyChange: change(({ ready }) => ready),
    readyChangeLately: change(({ ready }) => ready, lately.past),
    oldestAgeSeconds: facts.oldestAgeSeconds,
    oldestAgeChange: change(({ oldestAgeSeconds }) => oldestAgeSeconds),
    overdue: fewest(seen.map(({ past }) => past.states.get("overdue"))),
    running: facts.states.get("active") ?? facts.active,
    oldestActiveSeconds: facts.oldestActiveSeconds,
    slots: slotsOf(
      facts,
      seen.map(({ past }) => past),
    ),
    workers: facts.workers ?? knowledge.workers,
    paused: facts.paused,
    keptFailuresChange: change(({ states }) => states.get("failed")),
    averageRunSeconds: averageOf(facts),
    ...counted(queue, looks, knowledge),
  };
}

/** Tasks that ended while it was watched and whose queue nobody knows, as far as they were counted. */
export function observeUnattributed(looks: readonly Look[]): QueueObservation {
  const watchedSeconds = (looks.at(-1)?.atSeconds ?? 0) - (looks[0]?.atSeconds ?? 0);
  return {
    queue: UNKNOWN_VALUE,
    watchedSeconds,
    ...counted(UNKNOWN_VALUE, looks, { isDeclared: false, isCounted: true }),
  };
}

/** What was odd about the readings of a queue that can be read, in words. */
export function oddReadings(queue: string, looks: readonly Look[]): readonly string[] {
  return failedReadings(queue, latest(looks)).map((reason) => {
    if (NOT_FOUND.has(reason)) return `the server knows no such queue (${reason}): is the name right, or is it new?`;
    return `some readings failed, or in part (${reason})`;
  });
}

function unread(queue: string, looks: readonly Look[], { isDeclared }: QueueKnowledge): QueueObservation | undefined {
  const now = latest(looks);
  const [reason] = failedReadings(queue, now);
  const isReported = now.some((look) => look.facts.queues.get(queue)?.isCounted);
  if (reason === undefined && !isDeclared && !isReported) return undefined;
  const readAt = now.find((look) => look.facts.queues.get(queue)?.readAtSeconds !== undefined);
  const readAtSeconds = readAt?.facts.queues.get(queue)?.readAtSeconds;
  return {
    queue,
    watchedSeconds: 0,
    unreadable: reason === undefined ? undefined : unreadableText(reason),
    readingAgeSeconds:
      readAt === undefined || readAtSeconds === undefined ? undefined : Math.max(0, readAt.atSeconds - readAtSeconds),
    ...counted(queue, looks, { isDeclared }),
  };
}

/** What ended while it was watched; nothing where nobody counts. */
function counted(
  queue: string,
  looks: readonly Look[],
  { isCounted }: QueueKnowledge,
): Pick<QueueObservation, "ended" | "failed" | "retried" | "outcomes"> {
  const counts = isCounted ?? looks.some((look) => look.facts.queues.get(queue)?.isCounted === true);
  if (!counts || looks.length < 2) return {};
  // What rose up to the first look is not of the time that is watched.
  const tasks = outcomesOf(sumOfRises(looks.slice(1).map(({ rises }) => rises)), queue);
  const total = (pick: (one: TaskOutcomes & { readonly retried: number }) => number): number =>
    tasks.reduce((sum, one) => sum + pick(one), 0);
  return {
    ended: total(({ ended }) => ended),
    failed: total(({ failed }) => failed),
    retried: total(({ retried }) => retried),
    outcomes: tasks.flatMap(({ retried: _, ...outcome }) => (outcome.ended > 0 ? [outcome] : [])),
  };
}

function outcomesOf(rises: Rises, queue: string): readonly (TaskOutcomes & { readonly retried: number })[] {
  return [...(rises.get(queue) ?? [])].map(([task, { failed, retried, succeeded }]) => ({
    task,
    ended: succeeded + failed,
    failed,
    retried,
  }));
}

/** Slots that were there and are not any more are none; of slots that nobody ever told, nothing is known. */
function slotsOf({ slots }: QueueFacts, seen: readonly QueueFacts[]): number | undefined {
  return slots ?? (seen.some((past) => (past.slots ?? 0) > 0) ? 0 : undefined);
}

function averageOf({ runSeconds, runs = 0 }: QueueFacts): number | undefined {
  return runSeconds === undefined || runs === 0 ? undefined : runSeconds / runs;
}

function difference(now: number | undefined, past: number | undefined): number | undefined {
  return now === undefined || past === undefined ? undefined : now - past;
}

function fewest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((one, other) => Math.min(one, other));
}
