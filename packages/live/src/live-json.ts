import type { LiveChange, LiveState, QueueRow, TaskRow } from "./live-state.ts";
import { taskKey } from "./task-key.ts";

/** What became different from one state to the next. */
export function changeOf(before: LiveState, now: LiveState): LiveChange {
  const queues = changed<QueueRow>(before.queues, now.queues, ({ queue }) => queue);
  const tasks = changed<TaskRow>(before.tasks, now.tasks, ({ queue, task }) => taskKey(queue, task));
  const order = now.queues.map(({ queue }) => queue);
  const isSameOrder =
    order.length === before.queues.length && before.queues.every(({ queue }, index) => queue === order[index]);
  return {
    ...now,
    queues: queues.rows,
    tasks: tasks.rows,
    goneQueues: queues.gone.map(({ queue }) => queue),
    goneTasks: tasks.gone.map(({ queue, task }) => [queue, task] as const),
    order: isSameOrder ? undefined : order,
  };
}

function changed<Row>(
  before: readonly Row[],
  now: readonly Row[],
  keyOf: (row: Row) => string,
): { readonly rows: readonly Row[]; readonly gone: readonly Row[] } {
  const known = new Map(before.map((row) => [keyOf(row), row]));
  const rows = now.filter((row) => {
    const past = known.get(keyOf(row));
    known.delete(keyOf(row));
    return past === undefined || JSON.stringify(past) !== JSON.stringify(row);
  });
  return { rows, gone: [...known.values()] };
}
