import { type Slot, slotSeries } from "../../../src/shared-totals/slot.ts";
import type { PutAnswer, PutSlot } from "../../../src/shared-totals/slot-store.ts";
import { SlotWriter } from "../../../src/shared-totals/slot-writer.ts";
import { Actor } from "./actor.ts";
import type { Known } from "./knowledge.ts";
import type { Platform } from "./platform.ts";

const COUNTER = { name: "task_success_total", kind: "counter", bounds: [] } as const;
/** Counts after which a process has one more series. */
const LATE_COUNT = 10;

/** A process that counts: in one series that all have, in one of its own, and, after a while, in one that it did not have before. */
export class WorkerProcess extends Actor {
  readonly index: number;
  count = 0;
  /** What the slots have that reached the server, at most. */
  executedCount = 0;
  hasEnded = false;
  /** When a flush began after which all was in the store, and what it had then. */
  delivered: { readonly sinceMs: number; readonly known: Known } | undefined;
  readonly #platform: Platform;
  readonly #writer: SlotWriter;
  readonly #early: Slot["shape"];
  readonly #late: Slot["shape"];
  readonly #counts = new Map<string, number>();
  #lastCount = 0;
  #lastSent: Known = new Map();
  #isFlushing = false;

  constructor(platform: Platform, index: number) {
    super(platform.time);
    this.#platform = platform;
    this.index = index;
    const all = slotSeries(COUNTER, { task: "all" });
    this.#early = [all, slotSeries(COUNTER, { task: `of-${index}` })];
    this.#late = [...this.#early, slotSeries(COUNTER, { task: `late-${index}` })];
    this.#writer = new SlotWriter({
      store: platform.server.connection(this, {
        executed: (method, request, answer) => {
          if (method === "put") this.#executed(request as PutSlot, answer as PutAnswer);
        },
        answered: (method, request, answer) => {
          const { kind, seq } = answer as { kind: string; seq: number };
          if (method !== "put") return;
          if (kind === "folded") platform.knowledge.told((request as PutSlot).id, seq);
          else this.#lastSent = new Map([[(request as PutSlot).id, (request as PutSlot).seq]]);
        },
      }),
      codec: platform.codec,
      read: () => this.#read(),
      foldAfterMs: platform.foldAfterMs,
      now: () => this.time.nowMs,
      onFolded: () => {},
    });
    const { dice, intervalMs } = platform;
    this.repeat(
      () => dice.between(0.05, 0.5) * intervalMs,
      () => this.#record(),
    );
    this.repeat(
      () => dice.between(0.9, 1.1) * intervalMs,
      () => this.#flush(false),
    );
  }

  /** What the series of this process alone must come to. */
  get late(): number {
    return Math.max(0, this.count - LATE_COUNT);
  }

  /** Says goodbye, and is gone when that succeeded or was tried a few times. */
  end(): void {
    this.hasEnded = true;
    this.#flush(true);
  }

  #record(): void {
    if (!this.hasEnded && this.#platform.isRecording) this.count += 1 + Math.floor(this.#platform.dice.next() * 3);
  }

  #read(): Slot {
    this.#lastCount = this.count;
    const shape = this.count > LATE_COUNT ? this.#late : this.#early;
    return { shape, cells: Float64Array.from([this.count, this.count, this.late].slice(0, shape.length)) };
  }

  #executed(request: PutSlot, answer: PutAnswer): void {
    const version = `${request.id} ${request.seq}`;
    if (!this.#counts.has(version)) this.#counts.set(version, this.#lastCount);
    this.#platform.knowledge.sent(this.index, request);
    if (answer.kind === "kept") this.executedCount = Math.max(this.executedCount, this.#counts.get(version) as number);
  }

  #flush(isLast: boolean, attempts = 5): void {
    if (this.#isFlushing && !isLast) return;
    if (this.hasEnded && !isLast) return;
    this.#isFlushing = true;
    const sinceMs = this.time.nowMs;
    this.#writer.flush(isLast).then(
      () => {
        this.#isFlushing = false;
        this.delivered = { sinceMs, known: this.#lastSent };
        if (isLast) this.kill();
      },
      () => {
        this.#isFlushing = false;
        if (!isLast) return;
        if (attempts > 1) this.time.after(100, () => this.deliver(() => this.#flush(true, attempts - 1)));
        else this.kill();
      },
    );
  }
}
