/** Where a reader of events is: what one that goes on later must know. */
export interface EventPosition {
  /** Events that are known to have been missed so far. */
  readonly missed: number;
  /** By process of a worker. */
  readonly workers: ReadonlyMap<string, WorkerPosition>;
}

/** What is known of one process of a worker. */
export interface WorkerPosition {
  /** Runs of it that are accounted for. */
  readonly accounted: number;
  /** Whether it announces its tasks. */
  readonly announces: boolean;
}

/** A position as plain data that survives JSON. */
export function writePosition({ missed, workers }: EventPosition): unknown {
  return { version: 1, missed, workers: Object.fromEntries(workers) };
}

/** Reads what {@link writePosition} wrote, perhaps in another release; what cannot be read is not known. */
export function readPosition(kept: unknown): EventPosition {
  if (!isRecord(kept) || kept.version !== 1) return { missed: 0, workers: new Map() };
  const workers = isRecord(kept.workers) ? Object.entries(kept.workers) : [];
  return {
    missed: isCount(kept.missed) ? kept.missed : 0,
    workers: new Map(
      workers.flatMap(([process, worker]) =>
        isRecord(worker) && isCount(worker.accounted)
          ? [[process, { accounted: worker.accounted, announces: worker.announces === true }] as const]
          : [],
      ),
    ),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
