import { describe, expect, it } from "vitest";
import { observeQueue, oddReadings } from "../../src/observation/observe-queue.ts";
import { WatchHistory } from "../../src/observation/watch-history.ts";
import { pageOf } from "./page-of.ts";

/** Looks at one process, seconds apart. */
function watched(pages: readonly (readonly string[] | undefined)[], everySeconds = 3): WatchHistory {
  const history = new WatchHistory(Number.POSITIVE_INFINITY);
  for (const [index, lines] of pages.entries()) {
    history.add(1000 + index * everySeconds, lines === undefined ? new Map() : new Map([["page", pageOf(...lines)]]));
  }
  return history;
}

const length = (tasks: number, age = 0): string[] => [
  `task_queue_length{queue="q"} ${tasks}`,
  `task_queue_oldest_age_seconds{queue="q"} ${age}`,
];
const declared = { isDeclared: true };

describe("a queue that was watched", () => {
  it("has its length now, how it changed, and whether it still does", () => {
    const { looks } = watched([length(10, 5), length(20, 8), length(18, 11), length(17, 14)]);
    expect(observeQueue("q", looks, declared)).toMatchObject({
      ...{ watchedSeconds: 9, ready: 17, readyChange: 7, readyChangeLately: -1 },
      ...{ oldestAgeSeconds: 14, oldestAgeChange: 9 },
    });
  });

  it("has not stood still because nobody has read it since", () => {
    const readAt = (tasks: number, at: number): string[] => [
      ...length(tasks),
      `task_queue_read_timestamp_seconds{queue="q"} ${at}`,
    ];
    const { looks } = watched([readAt(0, 999), readAt(300, 1003), readAt(280, 1004), readAt(280, 1004)]);
    expect(observeQueue("q", looks, declared)).toMatchObject({ readyChange: 280, readyChangeLately: -20 });
    const rarely = watched([readAt(0, 999), readAt(300, 1001), readAt(240, 1005), readAt(240, 1005)]);
    expect(observeQueue("q", rarely.looks, declared)).toMatchObject({ readyChange: 240, readyChangeLately: -60 });
  });

  it("has the fewest due tasks of any look, and how many more failed tasks are kept", () => {
    const states = (overdue: number, failed: number): string[] => [
      ...length(0),
      `task_queue_tasks{queue="q",state="overdue"} ${overdue}`,
      `task_queue_tasks{queue="q",state="failed"} ${failed}`,
    ];
    const { looks } = watched([states(3, 1), states(0, 2), states(2, 5)]);
    expect(observeQueue("q", looks, declared)).toMatchObject({ overdue: 0, keptFailuresChange: 4 });
  });

  it("changes in nothing at one look", () => {
    const seen = observeQueue("q", watched([length(10)]).looks, declared);
    expect(seen).toMatchObject({ watchedSeconds: 0, ready: 10 });
    expect(seen?.readyChange).toBeUndefined();
    expect(seen?.ended).toBeUndefined();
  });

  it("has ended tasks where somebody counts them: by its counters, or because it is known", () => {
    const counted = (ended: number): string[] => [...length(0), `task_success_total{task="t",queue="q"} ${ended}`];
    expect(observeQueue("q", watched([counted(5), counted(7)]).looks, declared)).toMatchObject({
      ...{ ended: 2, failed: 0, outcomes: [{ task: "t", ended: 2, failed: 0 }] },
    });
    const silent = watched([length(1), length(1)]).looks;
    expect(observeQueue("q", silent, declared)?.ended).toBeUndefined();
    expect(observeQueue("q", silent, { ...declared, isCounted: true })?.ended).toBe(0);
  });

  it("has no slots where they were there and are gone, and unknown ones where nobody ever told", () => {
    const slots = [...length(1), 'task_concurrency{queue="q"} 4'];
    expect(observeQueue("q", watched([slots, length(1)]).looks, declared)?.slots).toBe(0);
    expect(observeQueue("q", watched([length(1), length(1)]).looks, declared)?.slots).toBeUndefined();
  });

  it("has the workers that the samples tell, else those that are known", () => {
    const told = watched([[...length(1), 'task_workers{queue="q"} 2']]).looks;
    expect(observeQueue("q", told, { ...declared, workers: 0 })?.workers).toBe(2);
    expect(observeQueue("q", watched([length(1)]).looks, { ...declared, workers: 0 })?.workers).toBe(0);
  });
});

describe("a queue that cannot be read", () => {
  const failing = (count: number): string[] => [`task_queue_read_error_total{queue="q",reason="wrong_type"} ${count}`];

  it("says why", () => {
    const { looks } = watched([failing(1), failing(2)]);
    expect(observeQueue("q", looks, { isDeclared: false })).toMatchObject({
      queue: "q",
      unreadable: "its key holds another type (wrong_type)",
    });
  });

  it("is still known while no more than two looks have failed", () => {
    const twice = watched([length(4), length(5), failing(1), failing(2)]);
    expect(observeQueue("q", twice.looks, declared)).toMatchObject({ ready: 5, watchedSeconds: 3 });
    const often = watched([length(4), length(5), failing(1), failing(2), failing(3)]);
    expect(observeQueue("q", often.looks, declared)?.ready).toBeUndefined();
  });

  it("is missed where it was named, and forgotten where it was only found and no reading fails", () => {
    const { looks } = watched([length(4), undefined, undefined, undefined]);
    expect(observeQueue("q", looks, declared)).toEqual({ queue: "q", watchedSeconds: 0 });
    expect(observeQueue("q", looks, { isDeclared: false })).toBeUndefined();
  });

  it("is odd where it can be read, but as one that the server does not know", () => {
    const odd = (count: number): string[] => [
      ...length(0),
      `task_queue_read_error_total{queue="q",reason="queue_missing"} ${count}`,
    ];
    expect(oddReadings("q", watched([odd(1), odd(2)]).looks)).toEqual([
      "the server knows no such queue (queue_missing): is the name right, or is it new?",
    ]);
    expect(oddReadings("q", watched([odd(2), odd(2), odd(2)]).looks)).toEqual([]);
  });
});

it("forgets looks that are older than what is watched", () => {
  const history = new WatchHistory(10);
  for (const at of [0, 6, 12, 18]) history.add(1000 + at, new Map());
  expect(history.looks.map(({ atSeconds }) => atSeconds)).toEqual([1012, 1018]);
  expect(history.watchedSeconds).toBe(6);
});
