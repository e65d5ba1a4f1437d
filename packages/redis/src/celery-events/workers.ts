import { UNKNOWN_VALUE } from "@taskvitals/core";
import { type CeleryEvent, numberField, textField } from "./celery-event.ts";
import type { WorkerPosition } from "./event-position.ts";
import { type HeartbeatFindings, WorkerSession } from "./worker-session.ts";

/** Processes of workers that are remembered after they are gone, so that one that was only out of reach is known again. */
const MAX_GONE = 1000;
/** Queues that are remembered to have had workers. */
const MAX_QUEUES = 1000;

/** The workers of a broker by their heartbeats. */
export class Workers {
  readonly #timeoutMs: number;
  readonly #onGone: (session: WorkerSession) => void;
  readonly #sessions = new Map<string, WorkerSession>();
  /** Labels that had a worker: without one they have none, which is not the same as unknown. */
  readonly #queues = new Set<string>();
  #sweptMs: number | undefined;
  /** Processes that an earlier reader knew and that were not heard of yet. */
  readonly #earlier: Map<string, WorkerPosition>;

  /**
   * @param onGone - told of each process that has ended or is not heard of any more, once nothing more is expected of it
   * @param earlier - what {@link positions} of an earlier reader said
   */
  constructor(
    timeoutMs: number,
    onGone: (session: WorkerSession) => void,
    earlier: ReadonlyMap<string, WorkerPosition> = new Map(),
  ) {
    this.#timeoutMs = timeoutMs;
    this.#onGone = onGone;
    this.#earlier = new Map(earlier);
  }

  /** What is known of each process of which more is expected, for one that reads on later. */
  positions(): ReadonlyMap<string, WorkerPosition> {
    const positions = new Map(this.#earlier);
    for (const [key, { closed, position }] of this.#sessions) {
      if (!closed && position !== undefined) positions.set(key, position);
    }
    return positions;
  }

  /** Those that are there. */
  *alive(): Iterable<WorkerSession> {
    for (const session of this.#sessions.values()) if (session.alive) yield session;
  }

  /** All that are remembered. */
  all(): Iterable<WorkerSession> {
    return this.#sessions.values();
  }

  /** The process that an event comes from; `undefined` for an event that names none. */
  of(event: CeleryEvent, nowMs: number): WorkerSession | undefined {
    const node = textField(event, "hostname");
    if (node === undefined) return undefined;
    const key = `${numberField(event, "pid") ?? ""} ${node}`;
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      if (!known.isReplacedBy(event)) return known;
      this.#conclude(known);
    }
    const session = new WorkerSession(node, nowMs, known !== undefined);
    const earlier = this.#earlier.get(key);
    if (earlier !== undefined) session.resume(earlier);
    this.#earlier.delete(key);
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    return session;
  }

  /** Takes note of a heartbeat, of a worker's beginning or of its end. */
  heard(event: CeleryEvent, session: WorkerSession, nowMs: number): HeartbeatFindings {
    const findings = session.heard(event, nowMs);
    // One that only loses its connection signs off as well, and comes back.
    session.signedOff = event.type === "worker-offline";
    session.alive = !session.signedOff;
    session.closed = false;
    return findings;
  }

  /**
   * Lets go of workers that were not heard of for too long.
   *
   * @param connectedMs - since when they could be heard
   */
  sweep(nowMs: number, connectedMs: number): void {
    const pauseMs = nowMs - (this.#sweptMs ?? nowMs);
    this.#sweptMs = nowMs;
    // This process was stopped itself: what it did not read is still in its socket.
    if (pauseMs > this.#timeoutMs / 2) return;
    let gone = 0;
    for (const session of this.#sessions.values()) {
      const isSilent = nowMs - Math.max(session.lastReadMs, connectedMs) > this.#timeoutMs;
      if (isSilent && !session.closed) this.#conclude(session);
      if (!session.alive) gone += 1;
    }
    // Who was there would have been heard by now.
    if (nowMs - connectedMs > this.#timeoutMs) this.#earlier.clear();
    if (gone > MAX_GONE) this.#forget(gone - MAX_GONE);
  }

  /**
   * How many are there by label of their queue; one that takes from several counts in each. A queue whose last worker went has 0.
   *
   * @param labelsOf - the labels of a worker's queues; `undefined` where they are not known
   * @param isAsked - whether workers are asked for them, so that not to know them is a passing state
   */
  byQueue(labelsOf: (session: WorkerSession) => readonly string[] | undefined, isAsked: boolean): Map<string, number> {
    const counts = new Map<string, number>();
    for (const session of this.alive()) {
      const labels = labelsOf(session);
      for (const label of labels ?? [UNKNOWN_VALUE]) {
        counts.set(label, (counts.get(label) ?? 0) + 1);
        if (this.#queues.size < MAX_QUEUES && (labels !== undefined || !isAsked)) this.#queues.add(label);
      }
    }
    for (const label of this.#queues) if (!counts.has(label)) counts.set(label, 0);
    return counts;
  }

  #conclude(session: WorkerSession): void {
    session.alive = false;
    session.closed = true;
    this.#onGone(session);
  }

  #forget(count: number): void {
    let left = count;
    for (const [key, session] of this.#sessions) {
      if (left === 0) return;
      if (session.alive || !session.closed) continue;
      this.#sessions.delete(key);
      left -= 1;
    }
  }
}
