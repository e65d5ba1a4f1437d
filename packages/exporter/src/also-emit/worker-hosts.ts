import type { CeleryEvent } from "@taskvitals/redis";
import { hostOf } from "./task-labels.ts";

/** What is said of a host by its workers. */
export interface HostState {
  readonly isUp: boolean;
  /** Tasks that its workers run. */
  readonly active: number;
}

interface Node {
  readonly host: string;
  isUp: boolean;
  active: number;
  heardMs: number;
}

/** For how long a worker that says nothing counts as up: the default of celery-exporter's `--worker-timeout`. */
const TIMEOUT_MS = 5 * 60_000;
/** After how long its host's series end: the default of its `--purge-offline-worker-metrics`. */
const PURGE_MS = 10 * 60_000;

/** The workers of a broker by the host in their names, as the old names tell them apart. */
export class WorkerHosts {
  readonly #nodes = new Map<string, Node>();

  /** Takes a heartbeat, a worker's beginning or its end; other events are left alone. */
  take(event: CeleryEvent, nowMs: number): void {
    const { active, hostname, type } = event;
    if (typeof hostname !== "string" || typeof type !== "string" || !type.startsWith("worker-")) return;
    const isUp = type !== "worker-offline";
    const known = this.#nodes.get(hostname);
    const node = known ?? { host: hostOf(hostname), isUp, active: 0, heardMs: nowMs };
    if (known === undefined) this.#nodes.set(hostname, node);
    node.isUp = isUp;
    node.heardMs = nowMs;
    if (!isUp) node.active = 0;
    else if (typeof active === "number" && Number.isSafeInteger(active) && active >= 0) node.active = active;
  }

  /**
   * Takes those for gone that were not heard of for too long.
   *
   * @param sinceMs - since when they could be heard
   * @returns hosts of which no worker is left, whose series end
   */
  sweep(nowMs: number, sinceMs: number): readonly string[] {
    const gone = new Set<string>();
    for (const [name, node] of this.#nodes) {
      const silentMs = nowMs - Math.max(node.heardMs, sinceMs);
      if (silentMs > TIMEOUT_MS) {
        node.isUp = false;
        node.active = 0;
      }
      if (silentMs <= PURGE_MS) continue;
      this.#nodes.delete(name);
      gone.add(node.host);
    }
    for (const { host } of this.#nodes.values()) gone.delete(host);
    return [...gone];
  }

  /** Whether a worker of the host is remembered. */
  has(host: string): boolean {
    for (const node of this.#nodes.values()) if (node.host === host) return true;
    return false;
  }

  /** What is known of each host. */
  states(): ReadonlyMap<string, HostState> {
    const states = new Map<string, HostState>();
    for (const { active, host, isUp } of this.#nodes.values()) {
      const { active: others = 0, isUp: isAnyUp = false } = states.get(host) ?? {};
      states.set(host, { isUp: isUp || isAnyUp, active: active + others });
    }
    return states;
  }
}
