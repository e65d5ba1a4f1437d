import type { Look, QueueFacts } from "@taskvitals/rules";
import type { LiveHistory } from "./live-history.ts";
import { taskKey } from "./task-key.ts";

/** Looks that a window is divided into: enough for what grows to be told from what drains. */
const PARTS = 15;

/**
 * The looks at one queue over a window that ends now, as the doctor would have taken them: at most so many, each of which stands for the readings since
 * the one before it. The last one is whole.
 *
 * @param queue - any queue that is known, or the one that is not
 */
export function pastLooks(history: LiveHistory, queue: string, windowSeconds: number): readonly Look[] {
  const newest = history.looks.at(-1);
  if (newest === undefined) return [];
  const { times } = history.queues;
  const last = times.length - 1;
  const first = times.findIndex((time) => newest.atSeconds - time <= windowSeconds);
  const size = Math.max(1, Math.ceil((last - first) / PARTS));
  const looks: Look[] = [];
  // From the newest back, so that the oldest part alone is a smaller one.
  for (let end = last; end > first; end -= size)
    looks.unshift(part(history, queue, Math.max(first, end - size) + 1, end));
  looks.unshift(part(history, queue, first, first));
  const whole = looks.pop();
  return whole === undefined ? [newest] : [...looks, { ...newest, rises: whole.rises }];
}

/** The last looks at a queue that the newest could not read: what was read before it is not true now. */
export function looksInVain(history: LiveHistory, queue: string): readonly Look[] {
  return history.looks.map((look) => {
    const { ready: _, ...facts } = look.facts.queues.get(queue) ?? { states: new Map(), readErrors: new Map() };
    return { ...look, facts: { ...look.facts, queues: new Map([[queue, facts]]) } };
  });
}

const NO_BROKERS: Look["facts"]["brokers"] = new Map();

function part(history: LiveHistory, queue: string, from: number, to: number): Look {
  const track = history.queues.track(queue);
  const overdue = track?.least("overdue", from, to);
  const states = new Map<string, number>();
  if (overdue !== undefined) states.set("overdue", overdue);
  const kept = track?.at("keptFailures", to);
  if (kept !== undefined) states.set("failed", kept);
  const facts: QueueFacts = { states, readErrors: new Map() };
  const ready = track?.at("ready", to);
  if (ready !== undefined) facts.ready = ready;
  const oldestAgeSeconds = track?.at("oldestAgeSeconds", to);
  if (oldestAgeSeconds !== undefined) facts.oldestAgeSeconds = oldestAgeSeconds;
  const slots = track?.at("slots", to);
  if (slots !== undefined) facts.slots = slots;
  const tasks = (history.countedTasks.get(queue) ?? []).map(({ task }) => {
    const counts = history.tasks.track(taskKey(queue, task));
    const sum = (column: "ended" | "failed" | "retried"): number => counts?.sum(column, from, to) ?? 0;
    const failed = sum("failed");
    return [task, { succeeded: sum("ended") - failed, failed, retried: sum("retried") }] as const;
  });
  if (track?.sum("ended", from, to) !== undefined) facts.isCounted = true;
  return {
    atSeconds: history.queues.times[to] ?? 0,
    facts: { queues: new Map([[queue, facts]]), brokers: NO_BROKERS },
    rises: new Map([[queue, new Map(tasks)]]),
  };
}
