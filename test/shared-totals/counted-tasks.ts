import type { TaskVitals } from "taskvitals";

/** The task that all processes count together; each has one of its own beside it. */
const TOGETHER = "train";
const QUEUE = "gpu";

/** Counts the task of this number, from 0: which task it is, how it ended and how long it took follow from the number. */
export function recordTask(tasks: TaskVitals["tasks"], name: string, number: number): void {
  const { task, outcome, durationSeconds } = taskOf(name, number);
  tasks.record({ task, queue: QUEUE, outcome, durationSeconds });
}

function taskOf(name: string, number: number) {
  return {
    task: number % 2 === 0 ? TOGETHER : ownTask(name),
    outcome: number % 10 >= 8 ? "failure" : "success",
    durationSeconds: 0.1 * (number % 7),
  } as const;
}

/** The task that only the process of this name counts: every second one. */
export function ownTask(name: string): string {
  return `own_${name}`;
}

/** What the totals must come to, once each process has counted so many tasks: by series, as a page names it. */
export function trueTotals(counted: ReadonlyMap<string, number>): Map<string, number> {
  const totals = new Map<string, number>();
  const add = (name: string, task: string, value: number): void => {
    const key = seriesKey(name, { task, queue: QUEUE });
    totals.set(key, (totals.get(key) ?? 0) + value);
  };
  for (const [name, count] of counted) {
    for (let number = 0; number < count; number++) {
      const { task, outcome, durationSeconds } = taskOf(name, number);
      add("task_success_total", task, outcome === "success" ? 1 : 0);
      add("task_failure_total", task, outcome === "failure" ? 1 : 0);
      add("task_duration_seconds_count", task, 1);
      add("task_duration_seconds_sum", task, durationSeconds);
    }
  }
  return totals;
}

/** A series as one text, whatever the order of its labels. */
export function seriesKey(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return `${name} ${JSON.stringify(pairs)}`;
}
