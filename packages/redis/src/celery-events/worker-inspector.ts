import { type TaskRecorder, type TaskSlots, UNKNOWN_VALUE } from "@taskvitals/core";
import type { InspectionResult, WorkerAnswer } from "./inspection.ts";

/** What {@link WorkerInspector} needs. */
export interface WorkerInspectorOptions {
  readonly tasks: TaskRecorder;
  readonly label: (queue: string) => string;
  readonly intervalMs: number;
  /** Asks all workers. */
  readonly ask: () => Promise<InspectionResult>;
  /** Names of the workers that are there. */
  readonly nodes: () => readonly string[];
  /** Told why nobody could be asked. */
  readonly onFailure: (why: string) => void;
}

/** A new worker answers only once it has begun to listen. */
const NEW_WORKER_MS = 500;
/** One that begins slowly, or is busy, is asked again after this, and after twice the time each time that it says nothing. */
const AGAIN_MS = 2000;

/** Keeps what workers answered about themselves: asked now and then, and soon after one has come. */
export class WorkerInspector {
  readonly #options: WorkerInspectorOptions;
  readonly #answers = new Map<string, WorkerAnswer>();
  readonly #slots = new Map<string, { readonly queue: string; readonly slots: TaskSlots }>();
  /** Workers that were asked and said nothing: their queues are not waited for. */
  readonly #mute = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #dueMs = 0;
  #asking = false;
  /** Whether a worker has come while the others were asked. */
  #isLate = false;
  #againMs = AGAIN_MS;
  #closed = false;

  constructor(options: WorkerInspectorOptions) {
    this.#options = options;
  }

  /** The queues of a worker; `undefined` where they are not known. */
  queuesOf(node: string): readonly string[] | undefined {
    return this.#answers.get(node)?.queues;
  }

  /** What a worker answered; `undefined` where it has not. */
  answerOf(node: string): WorkerAnswer | undefined {
    return this.#answers.get(node);
  }

  /** Whether a worker is still to be asked. */
  isAwaited(node: string): boolean {
    return !this.#closed && this.queuesOf(node) === undefined && !this.#mute.has(node);
  }

  /** Asks soon. */
  wake(): void {
    this.#isLate = this.#asking;
    this.#againMs = AGAIN_MS;
    this.#plan(NEW_WORKER_MS);
  }

  /** Takes the slots of workers back that are gone. */
  sweep(): void {
    const there = new Set(this.#options.nodes());
    for (const [node, { slots }] of this.#slots) {
      if (there.has(node)) continue;
      slots[Symbol.dispose]();
      this.#slots.delete(node);
      this.#answers.delete(node);
    }
    for (const node of this.#mute) if (!there.has(node)) this.#mute.delete(node);
  }

  /** Ends it. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const { slots } of this.#slots.values()) slots[Symbol.dispose]();
    this.#slots.clear();
  }

  #plan(delayMs: number): void {
    const dueMs = performance.now() + delayMs;
    if (this.#closed || this.#asking || (this.#timer !== undefined && this.#dueMs <= dueMs)) return;
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => void this.#ask(), delayMs).unref();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    const asked = this.#options.nodes();
    const { answers, failure } = await this.#options.ask();
    this.#asking = false;
    this.#timer = undefined;
    if (this.#closed) return;
    if (failure !== undefined) this.#options.onFailure(failure);
    for (const [node, answer] of answers) this.#take(node, answer);
    const silent = asked.filter((node) => !this.#answers.has(node));
    for (const node of silent) this.#mute.add(node);
    this.#plan(this.#isLate ? NEW_WORKER_MS : this.#nextMs(silent.length > 0));
    this.#isLate = false;
  }

  #nextMs(hasSilent: boolean): number {
    const delayMs = hasSilent ? Math.min(this.#againMs, this.#options.intervalMs) : this.#options.intervalMs;
    this.#againMs = hasSilent ? this.#againMs * 2 : AGAIN_MS;
    return delayMs;
  }

  #take(node: string, answer: WorkerAnswer): void {
    this.#answers.set(node, { ...this.#answers.get(node), ...answer });
    this.#mute.delete(node);
    const { queues = [], slots } = this.#answers.get(node) ?? {};
    if (slots === undefined) return;
    const [only] = queues;
    // Slots that several queues share are no queue's own.
    const queue = only !== undefined && queues.length === 1 ? this.#options.label(only) : UNKNOWN_VALUE;
    const known = this.#slots.get(node);
    if (known?.queue === queue) {
      known.slots.resize(slots);
      return;
    }
    known?.slots[Symbol.dispose]();
    this.#slots.set(node, { queue, slots: this.#options.tasks.addSlots(slots, { queue }) });
  }
}
