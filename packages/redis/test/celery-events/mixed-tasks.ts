import type { FinishedTask } from "@taskvitals/core";
import { expect } from "vitest";
import type { CeleryPlatform, CeleryTask, CeleryTruth } from "../../../../test/frameworks/celery/celery-platform.ts";
import { waitUntil } from "../../../../test/services/index.ts";
import type { AnnouncedEnd } from "./announced-ends.ts";

const QUEUES = ["mails", "orders", "bulk"];
const ERRORS = ["ValueError", "KeyError", "OutOfMemory"];

/** So many tasks of known outcomes for three queues: a tenth fails, a tenth is tried once or twice more, a tenth takes its time. */
export function mixedTasks(count: number): readonly CeleryTask[] {
  return Array.from({ length: count }, (_, index) => {
    const options = { queue: QUEUES[index % 3] };
    if (index % 10 === 1) return { task: "fail", args: [ERRORS[((index / 10) % 3) | 0], 0.01], options };
    if (index % 10 === 2) return { task: "again", args: [1 + (((index / 10) % 2) | 0)], options };
    if (index % 10 === 3) return { task: "work", args: [0.04], options };
    return { task: "work", args: [0], options };
  });
}

/** Waits until so many tasks have ended for good; answers what all attempts say of themselves. */
export async function allEnded(celery: CeleryPlatform, count: number): Promise<readonly CeleryTruth[]> {
  const isOver = async (): Promise<boolean> =>
    (await celery.truth()).filter(({ outcome }) => outcome !== "retry").length === count;
  await waitUntil(isOver, { what: `${count} tasks to end`, timeoutMs: 90_000, intervalMs: 250 });
  return celery.truth();
}

/** What attempts say of themselves, in the words of `RecordedTasks.counts`. */
export function truths(
  truth: readonly CeleryTruth[],
  queue = (one: CeleryTruth): string => one.queue,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of truth) {
    const key = `${one.task} ${queue(one)} ${one.outcome.replace(":", " ")}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** The sum of counts. */
export function total(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/**
 * Asserts that each duration is the very number that the worker announced, and that what it announced is what the task took: never less than its
 * body, and mostly within 20 ms of it, as a busy machine may stop a worker between the two.
 */
export async function expectDurations(
  ends: readonly FinishedTask[],
  announced: readonly AnnouncedEnd[],
  truth: readonly CeleryTruth[],
): Promise<void> {
  const ended = ends.filter(({ outcome }) => outcome !== "retry").length;
  await waitUntil(() => announced.length >= ended, { what: "what workers announce to be read by both" });
  for (const outcome of ["success", "failure"] as const) {
    const ours = ends.filter((end) => end.outcome === outcome).map((end) => end.durationSeconds ?? Number.NaN);
    const theirs = announced.filter((end) => end.outcome === outcome).map(({ seconds }) => seconds);
    expect(theirs.length).toBeGreaterThan(0);
    expect(inOrder(ours)).toEqual(inOrder(theirs));
  }
  const bodies = new Map(truth.filter(({ outcome }) => outcome === "success").map(({ id, seconds }) => [id, seconds]));
  const more = announced
    .filter(({ outcome }) => outcome === "success")
    .map(({ id, seconds }) => seconds - (bodies.get(id) ?? Number.NaN));
  expect(more).toHaveLength(bodies.size);
  const ordered = inOrder(more);
  expect(ordered[0]).toBeGreaterThanOrEqual(0);
  expect(ordered[Math.floor(ordered.length / 2)]).toBeLessThan(0.02);
}

function inOrder(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((a, b) => a - b);
}
