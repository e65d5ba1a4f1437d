import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { EventReader } from "../../src/celery-events/event-reader.ts";
import { recordedTasks } from "./recorded-tasks.ts";

interface Captured {
  readonly at: number;
  readonly channel: string;
  readonly message: string;
}

const captured = JSON.parse(
  readFileSync(new URL("./captured-events.json", import.meta.url), "utf8"),
) as readonly Captured[];

const OUTCOMES = {
  "work mails success": 3,
  "work orders success": 1,
  "fail mails failure OutOfMemory": 1,
  "again orders retry": 1,
  "again orders success": 1,
  "rejected orders failure Reject": 1,
  "part mails success": 2,
  "total mails success": 1,
};

/** Reads what was captured, in an order of the test's choice, at the times of its arrival. */
function readCaptured(
  messages: readonly Captured[] = captured,
): ReturnType<typeof recordedTasks> & { reader: EventReader } {
  const recorded = recordedTasks();
  const reader = new EventReader({
    broker: "default",
    tasks: recorded.tasks,
    taskQueues: new Map(),
    label: (queue) => queue,
    workerTimeoutMs: 30_000,
    maxTasks: 1000,
    isAsking: false,
    queuesOf: () => undefined,
    isAwaited: () => false,
    onProblem: (_, message) => recorded.problems.push(message),
    onWorker: () => {},
  });
  for (const { at, message } of messages) {
    reader.settleOverdue(at);
    reader.sweep(at);
    reader.read(message, at);
  }
  const end = (captured.at(-1)?.at ?? 0) + 10_000;
  reader.settleOverdue(end);
  reader.sweep(end);
  return { ...recorded, reader };
}

describe("events as Celery 5.7 published them", () => {
  it("become outcomes by task, queue and class of error", () => {
    const { counts, problems, reader } = readCaptured();
    expect(counts()).toEqual(OUTCOMES);
    expect(problems).toEqual([]);
    expect(reader.missed).toBe(0);
  });

  it("leave no run open, neither of the revoked task nor of the one that raised Ignore", () => {
    const { active, starts } = readCaptured();
    expect(starts).toHaveLength(13);
    expect(active()).toEqual({ mails: 0, orders: 0 });
  });

  it("give run times as the worker measured them, and of failures between its stamps", () => {
    const { ends } = readCaptured();
    const seconds = (task: string, queue: string): number[] =>
      ends
        .filter((end) => end.task === task && end.queue === queue && end.outcome !== "retry")
        .map((end) => end.durationSeconds ?? -1)
        .toSorted((a, b) => a - b);
    const [short = 0, first = 0, second = 0] = seconds("work", "mails");
    expect(short).toBeCloseTo(0.01, 2);
    expect(first).toBeCloseTo(0.05, 2);
    expect(second).toBeCloseTo(0.05, 2);
    expect(Math.abs((seconds("fail", "mails")[0] ?? 0) - 0.03)).toBeLessThan(0.02);
  });

  it("give waits of first attempts, without the time until the ETA", () => {
    const { starts } = readCaptured();
    const waits = starts.map(({ waitSeconds }) => waitSeconds);
    expect(waits.filter((wait) => wait !== undefined)).toHaveLength(12);
    const due = starts.find(({ task, queue }) => task === "work" && queue === "orders");
    expect(due?.waitSeconds).toBeLessThan(0.5);
    for (const wait of waits) expect(wait ?? 0).toBeGreaterThanOrEqual(0);
  });

  it("count once when each of them is read twice", () => {
    expect(readCaptured(captured.flatMap((one) => [one, one])).counts()).toEqual(OUTCOMES);
    expect(readCaptured([...captured, ...captured]).counts()).toEqual(OUTCOMES);
  });

  it("count the same when what producers say comes last", () => {
    const isSent = ({ channel }: Captured): boolean => channel.endsWith("task.sent");
    const late = captured.toSorted((a, b) => a.at + (isSent(a) ? 300 : 0) - (b.at + (isSent(b) ? 300 : 0)));
    expect(readCaptured(late).counts()).toEqual(OUTCOMES);
  });

  it("count under no queue where no producer says it", () => {
    const { counts } = readCaptured(captured.filter(({ channel }) => !channel.endsWith("task.sent")));
    expect(counts()).toMatchObject({ "work _UNKNOWN success": 4, "fail _UNKNOWN failure OutOfMemory": 1 });
  });

  it("are missed, and known to be, when a batch is lost", () => {
    const starts = captured.filter(({ message }) => bodyOf(message).includes("task-started"));
    const lost = new Set(starts.slice(2, 5));
    const lostStarts = [...lost].reduce(
      (sum, { message }) => sum + bodyOf(message).split("task-started").length - 1,
      0,
    );
    const { reader, active, counts } = readCaptured(captured.filter((one) => !lost.has(one)));
    expect(reader.missed).toBeGreaterThanOrEqual(lostStarts);
    expect(active()).toEqual({ mails: 0, orders: 0 });
    const recorded = Object.values(counts()).reduce((sum, count) => sum + count, 0);
    const truth = Object.values(OUTCOMES).reduce((sum, count) => sum + count, 0);
    expect(recorded).toBeLessThanOrEqual(truth);
    expect(truth - recorded).toBeLessThanOrEqual(reader.missed);
  });
});

function bodyOf(message: string): string {
  return Buffer.from((JSON.parse(message) as { body: string }).body, "base64").toString();
}
