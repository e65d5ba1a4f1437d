import { UNKNOWN_VALUE } from "@taskvitals/core";
import { type CeleryEvent, numberField, textField } from "./celery-event.ts";
import { type HeartbeatFindings, WorkerSession } from "./worker-session.ts";

/** Processes of workers that are remembered after they are gone, so that one that was only out of reach is known again. */
const MAX_GONE = 1000;
/** How long after the end of a worker its events may still be under way. */
const LAST_EVENTS_MS = 2000;
/** Queues that are remembered to have had workers. */
const MAX_QUEUES = 1000;

/** The workers of a broker by their heartbeats. */
export class Workers {
  readonly #timeoutMs: number;
  readonly #onGone: (session: WorkerSession) => void;
  readonly #onMissed: (count: number) => void;
  readonly #sessions = new Map<string, WorkerSession>();
  /** Labels that had a worker: without one they have none, which is not the same as unknown. */
  readonly #queues = new Set<string>();
  #sweptMs: number | undefined;

  /**
   * @param onGone - told of each process that has ended or is not heard of any more
   * @param onMissed - told of starts that were missed of one that has ended
   */
  constructor(timeoutMs: number, onGone: (session: WorkerSession) => void, onMissed: (count: number) => void) {
    this.#timeoutMs = timeoutMs;
    this.#onGone = onGone;
    this.#onMissed = onMissed;
  }

  /** Those that are there. */
  *alive(): Iterable<WorkerSession> {
    for (const session of this.#sessions.values()) if (session.alive) yield session;
  }

  /** The process that an event comes from; `undefined` for an event that names none. */
  of(event: CeleryEvent, nowMs: number): WorkerSession | undefined {
    const node = textField(event, "hostname");
    if (node === undefined) return undefined;
    const key = `${numberField(event, "pid") ?? ""} ${node}`;
    const known = this.#sessions.get(key);
    if (known !== undefined) {
      if (!known.isReplacedBy(event)) return known;
      this.#end(known);
    }
    const session = new WorkerSession(node, nowMs, known !== undefined);
    this.#sessions.delete(key);
    this.#sessions.set(key, session);
    return session;
  }

  /** Takes note of a heartbeat, of a worker's beginning or of its end. */
  heard(event: CeleryEvent, session: WorkerSession, nowMs: number): HeartbeatFindings {
    const findings = session.heard(event, nowMs);
    if (event.type === "worker-offline") this.#end(session);
    else {
      session.alive = true;
      session.closed = false;
    }
    return findings;
  }

  /** Lets go of workers that were not heard of for too long. */
  sweep(nowMs: number): void {
    const pauseMs = nowMs - (this.#sweptMs ?? nowMs);
    this.#sweptMs = nowMs;
    // This process was stopped itself: what it did not read is still in its socket.
    if (pauseMs > this.#timeoutMs / 2) return;
    let gone = 0;
    for (const session of this.#sessions.values()) {
      const silentMs = nowMs - session.lastReadMs;
      if (silentMs > this.#timeoutMs && (session.alive || session.running.size > 0)) this.#end(session);
      if (session.alive) continue;
      gone += 1;
      if (!session.closed && silentMs > LAST_EVENTS_MS) this.#onMissed(session.conclude());
    }
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

  #end(session: WorkerSession): void {
    session.alive = false;
    this.#onGone(session);
  }

  #forget(count: number): void {
    let left = count;
    for (const [key, session] of this.#sessions) {
      if (left === 0) return;
      if (session.alive || session.running.size > 0) continue;
      this.#sessions.delete(key);
      left -= 1;
    }
  }
}
