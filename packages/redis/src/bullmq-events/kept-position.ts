import { isStreamId } from "./stream-id.ts";

/** A job as it is kept: id, name, whether its first attempt is to come, ready since, running since (milliseconds). */
export type KeptJob = readonly [
  id: string,
  name: string | null,
  isFirst: 0 | 1,
  readyMs: number | null,
  startedMs: number | null,
];

/** How far one stream was read. */
export interface KeptStream {
  /** The last entry that was read. */
  readonly id: string;
  /** Entries up to it, read or missed; absent where Redis does not count them. */
  readonly entries?: number | undefined;
  /** Jobs that had not ended, the newest of them. */
  readonly jobs: readonly KeptJob[];
}

/** How far the events of a broker were read, as plain JSON: whoever goes on from it counts what came after, and nothing twice. */
export interface BullmqEventsPosition {
  /** Form of the rest. */
  readonly version: 1;
  /** When it was kept, in Unix milliseconds. */
  readonly atMs: number;
  /** Events that were missed so far. */
  readonly missed: number;
  /** By key of the stream. */
  readonly streams: Readonly<Record<string, KeptStream>>;
}

/** Reads a position that was kept, perhaps by another release; `undefined` for anything that is none. */
export function readPosition(kept: unknown): BullmqEventsPosition | undefined {
  if (!isObject(kept) || kept.version !== 1 || !isCount(kept.atMs) || !isCount(kept.missed) || !isObject(kept.streams))
    return undefined;
  return Object.values(kept.streams).every(isKeptStream) ? (kept as unknown as BullmqEventsPosition) : undefined;
}

function isKeptStream(kept: unknown): boolean {
  if (!isObject(kept) || !isStreamId(kept.id) || !Array.isArray(kept.jobs)) return false;
  return (kept.entries === undefined || isCount(kept.entries)) && kept.jobs.every(isKeptJob);
}

function isKeptJob(kept: unknown): boolean {
  if (!Array.isArray(kept) || kept.length !== 5) return false;
  const [id, name, isFirst, ...times] = kept as unknown[];
  const isName = name === null || typeof name === "string";
  const areTimes = times.every((time) => time === null || (typeof time === "number" && Number.isFinite(time)));
  return typeof id === "string" && isName && (isFirst === 0 || isFirst === 1) && areTimes;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
