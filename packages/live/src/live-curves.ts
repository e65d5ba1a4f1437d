import type { HistoryRing, RingTrack } from "./history-ring.ts";
import type { LiveHistory } from "./live-history.ts";
import { type LiveHistory as Curves, PLATFORM_CURVES, QUEUE_CURVES, TASK_CURVES } from "./live-state.ts";
import { taskKey } from "./task-key.ts";

/** Digits that a curve shows: a picture has no more. */
const DIGITS = 6;

/** Whose curves are asked for: those of the whole, of a queue, or of a task of it. */
export interface CurveSubject {
  /** The `queue` label. */
  readonly queue?: string | undefined;
  /** The `task` label; only beside a queue. */
  readonly task?: string | undefined;
}

/** The curves of the last quarter of an hour; `undefined` for a queue or task of which no past is kept. */
export function curvesOf(history: LiveHistory, { queue, task }: CurveSubject): Curves | undefined {
  if (queue === undefined) return read(history.platform, "", PLATFORM_CURVES);
  return task === undefined
    ? read(history.queues, queue, QUEUE_CURVES)
    : read(history.tasks, taskKey(queue, task), TASK_CURVES);
}

const RATES: Readonly<Record<string, string>> = { perSecond: "ended", failedPerSecond: "failed" };

function read<Column extends string>(
  ring: HistoryRing<Column>,
  key: string,
  names: readonly string[],
): Curves | undefined {
  const track = ring.track(key);
  if (track === undefined) return undefined;
  const { times } = ring;
  const curves = names.map((name) => {
    const counted = RATES[name];
    const values = times.map((_, place) =>
      counted === undefined ? track.at(name as Column, place) : rate(track, counted as Column, times, place),
    );
    return [name, values.map((value) => (value === undefined ? null : Number(value.toPrecision(DIGITS))))] as const;
  });
  return { at: times, curves: Object.fromEntries(curves) };
}

function rate<Column extends string>(
  track: RingTrack<Column>,
  column: Column,
  times: readonly number[],
  place: number,
): number | undefined {
  const count = track.at(column, place);
  const seconds = (times[place] ?? 0) - (times[place - 1] ?? Number.NaN);
  return count === undefined || !(seconds > 0) ? undefined : count / seconds;
}
