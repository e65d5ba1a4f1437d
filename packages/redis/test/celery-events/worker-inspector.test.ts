import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import type { WorkerAnswer } from "../../src/celery-events/inspection.ts";
import { WorkerInspector } from "../../src/celery-events/worker-inspector.ts";
import { recordedTasks } from "./recorded-tasks.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("asks a worker that said nothing again soon, then less and less often, and at last as often as the others", async () => {
  const asked: number[] = [];
  const answers = new Map<string, WorkerAnswer>();
  const recorded = recordedTasks();
  const inspector = new WorkerInspector({
    tasks: recorded.tasks,
    label: (queue) => queue,
    intervalMs: 10_000,
    ask: async () => {
      asked.push(performance.now() - began);
      return { answers, failure: undefined };
    },
    nodes: () => ["slow@host"],
    onFailure: () => {},
  });
  onTestFinished(() => inspector.close());
  const began = performance.now();
  inspector.wake();
  expect(inspector.isAwaited("slow@host")).toBe(true);
  await vi.advanceTimersByTimeAsync(25_000);
  expect(asked).toEqual([500, 2500, 6500, 14_500, 24_500]);
  expect(inspector.isAwaited("slow@host")).toBe(false);
  expect(inspector.queuesOf("slow@host")).toBeUndefined();

  answers.set("slow@host", { queues: ["mails"], slots: 2 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(inspector.queuesOf("slow@host")).toEqual(["mails"]);
  expect(inspector.answerOf("slow@host")).toMatchObject({ queues: ["mails"] });
  expect(recorded.slots()).toEqual({ mails: 2 });
});
