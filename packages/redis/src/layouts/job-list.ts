import { optional, type Questions } from "./queue-layout.ts";
import { count, maybeText, texts } from "./replies.ts";

/** A list of job ids as Bull and BullMQ keep it: consumers take the last element, jobs are added at the front, or at the end if LIFO. */
export interface JobList {
  readonly length: number;
  /** Up to three ids that are next, the very next first. */
  readonly next: readonly string[];
  /** The ids that the oldest job is probably among: those that are next, and the one at the front, where the oldest is under LIFO. */
  readonly candidates: readonly string[];
}

/** Commands that {@link jobList} needs the replies of. */
export function askJobList(key: string): Questions {
  return [["llen", key], ["lrange", key, -3, -1], optional("lindex", key, 0)];
}

/** A list of job ids, from the replies to {@link askJobList}. */
export function jobList([length, end, front]: readonly unknown[]): JobList {
  const next = [...texts(end)].reverse();
  const first = maybeText(front);
  return { length: count(length), next, candidates: first === undefined ? next : [...new Set([...next, first])] };
}
