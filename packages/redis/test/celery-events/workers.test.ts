import { expect, it } from "vitest";
import type { CeleryEvent } from "../../src/celery-events/celery-event.ts";
import type { WorkerPosition } from "../../src/celery-events/event-position.ts";
import { Workers } from "../../src/celery-events/workers.ts";

const TIMEOUT_MS = 30_000;
const kept = new Map([
  ["1 one@host", { accounted: 5, announces: true }],
  ["2 two@host", { accounted: 7, announces: true }],
]);

function heartbeat(pid: number, hostname: string, clock: number, processed: number): CeleryEvent {
  return { type: "worker-heartbeat", pid, hostname, clock, processed, active: 0, timestamp: clock };
}

/** Workers as an earlier reader knew them, and what their heartbeats bring to light. */
function workers(earlier: ReadonlyMap<string, WorkerPosition> = kept): {
  known: Workers;
  hear: (event: CeleryEvent) => number;
} {
  const known = new Workers(TIMEOUT_MS, () => {}, earlier);
  const hear = (event: CeleryEvent): number => {
    const session = known.of(event, 0);
    return session === undefined ? expect.fail("no worker") : known.heard(event, session, 0).missed;
  };
  return { known, hear };
}

it("a process that an earlier reader knew goes on from there, whether it was heard of again or not", () => {
  const { hear, known } = workers();
  const missed = [1, 2, 3, 4].map((clock) => hear(heartbeat(1, "one@host", clock, 8)));
  expect(missed).toEqual([0, 0, 0, 3]);
  expect(known.positions()).toEqual(
    new Map([
      ["1 one@host", { accounted: 8, announces: true }],
      ["2 two@host", { accounted: 7, announces: true }],
    ]),
  );
});

it("of a process with another id, and of one that announced no tasks, nothing is known", () => {
  const other = workers();
  expect([1, 2, 3, 4].map((clock) => other.hear(heartbeat(3, "one@host", clock, 8)))).toEqual([0, 0, 0, 0]);
  const silent = workers(new Map([["1 one@host", { accounted: 5, announces: false }]]));
  expect([1, 2, 3, 4].map((clock) => silent.hear(heartbeat(1, "one@host", clock, 8)))).toEqual([0, 0, 0, 0]);
});

it("whoever is not heard of for as long as a worker may be silent is not waited for any more", () => {
  const { known } = workers();
  known.sweep(TIMEOUT_MS, 0);
  expect(known.positions()).toEqual(kept);
  known.sweep(TIMEOUT_MS + 1, 0);
  expect(known.positions()).toEqual(new Map());
});
