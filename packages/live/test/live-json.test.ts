import { expect, test } from "vitest";
import { seededRandom } from "../../../test/shared-totals/seeded-random.ts";
import { composeState } from "../src/compose-state.ts";
import { LiveHistory } from "../src/live-history.ts";
import { changeOf } from "../src/live-json.ts";
import type { LiveChange, LiveState, QueueRow, TaskRow } from "../src/live-state.ts";
import { ofProcess, type QueueStory } from "./readings.ts";

const AROUND = {
  about: { service: "platform", pid: 1, tasksOf: "process", metricsPath: "/metrics" },
  tickSeconds: 5,
  since: 1000,
} as const;

/** What the page does with a change, from what it is told alone. */
function applied(state: LiveState, change: LiveChange): LiveState {
  const { goneQueues, goneTasks, order, queues, tasks, ...rest } = change;
  const byQueue = new Map(state.queues.map((row): [string, QueueRow] => [row.queue, row]));
  for (const queue of goneQueues) byQueue.delete(queue);
  for (const row of queues) byQueue.set(row.queue, row);
  const keyOf = (queue: string, task: string): string => JSON.stringify([queue, task]);
  const byTask = new Map(state.tasks.map((row): [string, TaskRow] => [keyOf(row.queue, row.task), row]));
  for (const [queue, task] of goneTasks) byTask.delete(keyOf(queue, task));
  for (const row of tasks) byTask.set(keyOf(row.queue, row.task), row);
  const names = order ?? state.queues.map(({ queue }) => queue);
  return { ...rest, queues: names.flatMap((queue) => byQueue.get(queue) ?? []), tasks: [...byTask.values()] };
}

/** Rows of tasks come by queue and task, whatever the order in which they were told. */
function sorted(state: LiveState): LiveState {
  const keyOf = ({ queue, task }: TaskRow): string => JSON.stringify([queue, task]);
  return { ...state, tasks: state.tasks.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1)) };
}

function sent<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

test("every change, applied to the state before it, gives the next state", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const random = seededRandom(seed);
    const history = new LiveHistory();
    let page: LiveState | undefined;
    let before: LiveState | undefined;
    const counts = new Map<string, number>();
    for (let tick = 0; tick < 40; tick += 1) {
      const queues: Record<string, QueueStory> = {};
      for (const name of ["a", "b", "__proto__", "c\nd"]) {
        if (random() < 0.2) continue;
        const tasks: Record<string, { succeeded: number; failed: number }> = {};
        for (const task of ["x", "y"]) {
          if (random() < 0.2) continue;
          const ended = (counts.get(name + task) ?? 0) + Math.floor(random() * 3);
          counts.set(name + task, ended);
          tasks[task] = { succeeded: ended, failed: 0 };
        }
        const isRead = random() < 0.8;
        const story = isRead ? { ready: Math.floor(random() * 3), workers: random() < 0.5 ? 0 : 1 } : {};
        Object.defineProperty(queues, name, { value: { ...story, tasks }, enumerable: true });
      }
      history.add(1000 + 5 * tick, ofProcess(queues), random());
      const failure = random() < 0.2 ? "no answer" : undefined;
      const now = composeState(history, { ...AROUND, failure }, {});
      page = page === undefined || before === undefined ? sent(now) : applied(page, sent(changeOf(before, now)));
      expect(sorted(page), `seed ${seed}, tick ${tick}`).toEqual(sorted(sent(now)));
      before = now;
    }
  }
});

test("what stays as it is, is not sent again", () => {
  const history = new LiveHistory();
  const queues = { a: { ready: 1, workers: 1 }, b: { ready: 2, workers: 1 } };
  history.add(1000, ofProcess(queues), 0);
  history.add(1005, ofProcess(queues), 0);
  const one = composeState(history, AROUND, {});
  history.add(1010, ofProcess({ ...queues, b: { ready: 3, workers: 1 } }), 0);
  const change = changeOf(one, composeState(history, AROUND, {}));
  expect(change.queues.map(({ queue }) => queue)).toContain("b");
  expect([change.tasks, change.goneQueues, change.goneTasks, change.order]).toEqual([[], [], [], undefined]);
  expect(changeOf(one, one).queues).toEqual([]);
});
