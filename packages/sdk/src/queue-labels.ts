import type { LabelClaims, QueueSpecification } from "@taskvitals/redis";

/** The `queue` labels in use over all brokers: unique, and bounded in number. */
export class QueueLabels implements LabelClaims {
  /** The declared queues by label. */
  readonly declared: Map<string, QueueSpecification> = new Map();
  readonly #discovered = new Set<string>();
  readonly #max: number;
  readonly #onRefused: (label: string, reason: "taken" | "full") => void;

  /** Holds none yet. */
  constructor(max: number, onRefused: (label: string, reason: "taken" | "full") => void) {
    this.#max = max;
    this.#onRefused = onRefused;
  }

  claim(label: string): boolean {
    // What was declared is read already, most likely as the very queue that was discovered.
    if (this.declared.has(label)) return false;
    if (this.#discovered.has(label)) {
      this.#onRefused(label, "taken");
      return false;
    }
    if (this.declared.size + this.#discovered.size >= this.#max) {
      this.#onRefused(label, "full");
      return false;
    }
    this.#discovered.add(label);
    return true;
  }

  release(label: string): void {
    this.#discovered.delete(label);
  }
}
