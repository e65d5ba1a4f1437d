import { setTimeout as sleep } from "node:timers/promises";
import type { BullmqEvents, BullmqStream } from "@taskvitals/redis";
import type { BullmqFinding, Finding } from "./check-report.ts";

/** How long to wait for the streams to be looked at, in milliseconds; queues that are looked for are found by then. */
const PATIENCE_MS = 4000;
const PAUSE_MS = 100;
/** How long nothing more is found before that is taken for all, in milliseconds. */
const STEADY_MS = 1000;

/** Waits until every stream was looked at, and until no more queues are found. */
export async function lookAtBullmq(events: BullmqEvents): Promise<BullmqFinding> {
  const end = performance.now() + PATIENCE_MS;
  let known = -1;
  let since = performance.now();
  const isDone = (): boolean => {
    const streams = events.streams();
    if (streams.length !== known) since = performance.now();
    known = streams.length;
    const isLookedAt = streams.length > 0 && streams.every(({ state }) => state !== undefined);
    return isLookedAt && performance.now() - since >= STEADY_MS;
  };
  while (!isDone() && performance.now() < end) await sleep(PAUSE_MS);
  const streams = events.streams();
  return {
    broker: events.broker,
    streams: streams.map(({ key, length, queue }) => ({ queue, key, entries: length })),
    problems: streams.length === 0 ? [NOT_FOUND] : streams.flatMap(problemsOf),
  };
}

const NOT_FOUND: Finding = {
  reason: "no_events",
  detail: "no queue of BullMQ was found, so no task is counted",
  remedy: "Check the number of the database in the URL, and the prefix; or add a job once.",
};

function problemsOf({ key, length, queue, state, why }: BullmqStream): readonly Finding[] {
  const what = `queue ${queue}: the stream ${key}`;
  if (state === undefined) {
    return [{ reason: "refused", detail: `${what} could not be looked at`, remedy: "See the broker's own problem." }];
  }
  if (state === "unreadable") {
    const remedy =
      "Its key must be the event stream of a BullMQ queue, and the user needs xread and xinfo|stream on it.";
    return [{ reason: "unreadable", detail: `${what} cannot be read: ${why}`, remedy }];
  }
  if (state === "absent") {
    const remedy =
      "Check the name, the prefix and the number of the database; a queue that never had a job has no stream yet.";
    return [{ reason: "no_events", detail: `${what} does not exist`, remedy }];
  }
  if (length !== 0) return [];
  const remedy =
    "Its producers and workers trim it to nothing (streams.events.maxLen): what is trimmed cannot be counted.";
  return [{ reason: "no_events", detail: `${what} is empty`, remedy }];
}
