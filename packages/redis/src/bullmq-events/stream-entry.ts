/** An event of one job, as an entry of its queue's stream tells it. */
export interface JobEvent {
  /** Name of the event: `added`, `active`, `completed` … */
  readonly event: string;
  /** Id of the job. */
  readonly jobId: string;
  /** Name of the job; on `added` alone. */
  readonly name: string | undefined;
  /** State that the job was in before. */
  readonly prev: string | undefined;
  /** When the job is due, in Unix milliseconds by its producer's or worker's clock; on `delayed` alone. */
  readonly dueMs: number | undefined;
}

/** One entry of a stream; `undefined` for the event of one that tells of no job, such as `drained`, `paused` and `cleaned`. */
export interface StreamEntry {
  readonly id: string;
  readonly event: JobEvent | undefined;
}

/**
 * Reads the answer to XREAD, which RESP2 has as pairs and RESP3 as a map. Fields that hold a job's result, progress or reason of failure are
 * not kept.
 */
export function readEntries(reply: unknown): ReadonlyMap<string, readonly StreamEntry[]> {
  const streams = new Map<string, readonly StreamEntry[]>();
  for (const [key, entries] of pairsOf(reply)) {
    if (!Array.isArray(entries)) continue;
    streams.set(
      String(key),
      entries.map((entry): StreamEntry => ({ id: String(entry?.[0]), event: jobEvent(entry?.[1]) })),
    );
  }
  return streams;
}

function pairsOf(reply: unknown): Iterable<readonly [unknown, unknown]> {
  if (reply instanceof Map) return reply;
  if (Array.isArray(reply)) {
    if (reply.every(Array.isArray)) return reply as [unknown, unknown][];
    // A map that came as one flat list.
    return reply.flatMap((key, index): [unknown, unknown][] => (index % 2 === 0 ? [[key, reply[index + 1]]] : []));
  }
  return typeof reply === "object" && reply !== null ? Object.entries(reply) : [];
}

function jobEvent(fields: unknown): JobEvent | undefined {
  if (!Array.isArray(fields)) return undefined;
  let event: string | undefined;
  let jobId: string | undefined;
  let name: string | undefined;
  let prev: string | undefined;
  let dueMs: number | undefined;
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const value = String(fields[index + 1]);
    if (fields[index] === "event") event = value;
    else if (fields[index] === "jobId") jobId = value;
    else if (fields[index] === "name") name = value;
    else if (fields[index] === "prev") prev = value;
    else if (fields[index] === "delay") dueMs = Number.isFinite(Number(value)) ? Number(value) : undefined;
  }
  return event === undefined || jobId === undefined ? undefined : { event, jobId, name, prev, dueMs };
}
