import { emptyContent, MemorySlotStore, type StoreContent } from "../../../src/shared-totals/memory-slot-store.ts";
import { type SlotStore, SlotStoreError } from "../../../src/shared-totals/slot-store.ts";
import type { Dice } from "./dice.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Who calls the server: it may be stopped, cut off, or dead. */
export interface Caller {
  /** Runs this as soon as the caller runs; never when it is dead. */
  deliver(run: () => void): void;
  readonly isCutOff: boolean;
}

/** What the calls of one caller are told of. */
export interface Witness {
  /** A call was executed, and this is its answer, whether or not it arrives. */
  executed?(method: keyof SlotStore, request: unknown, answer: unknown): void;
  /** The answer arrived. */
  answered?(method: keyof SlotStore, request: unknown, answer: unknown): void;
}

const DEADLINE_MS = 250;

/** A server that holds the slots: it can lose them, and calls of it can get lost. */
export class SimulatedServer {
  readonly #time: VirtualTime;
  readonly #dice: Dice;
  #content: StoreContent = { ...emptyContent(), unbrokenSinceMs: 0 };
  /** What it was, latest last: what a replica that lags may have. */
  #history: { readonly atMs: number; readonly content: StoreContent }[] = [];
  /** Share of the calls that get lost, or late. */
  faultRatio = 0;

  constructor(time: VirtualTime, dice: Dice) {
    this.#time = time;
    this.#dice = dice;
  }

  get content(): StoreContent {
    return this.#content;
  }

  /** Keeps what it is now, for a later {@link goBack}. */
  remember(sinceMs: number): void {
    this.#history = this.#history.filter(({ atMs }) => atMs >= sinceMs);
    this.#history.push({ atMs: this.#time.nowMs, content: copyOf(this.#content) });
  }

  loseEverything(): void {
    this.#become(emptyContent());
  }

  /** As after a fail-over to a replica that lagged by so long. */
  goBack(ms: number): void {
    const untilMs = this.#time.nowMs - ms;
    const past = this.#history.filter(({ atMs }) => atMs <= untilMs).at(-1) ?? this.#history[0];
    this.#history = [];
    this.#become(past === undefined ? emptyContent() : copyOf(past.content));
  }

  loseBase(): void {
    this.#become({ ...copyOf(this.#content), base: undefined });
  }

  loseSlots(): void {
    const content = copyOf(this.#content);
    for (const id of content.slots.keys()) if (this.#dice.isBelow(0.5)) content.slots.delete(id);
    this.#become(content);
  }

  /** Nothing that is shown depends on it: the base has it as well. */
  loseFolded(): void {
    this.#content = { ...copyOf(this.#content), folded: new Map() };
  }

  connection(caller: Caller, witness: Witness): SlotStore {
    const call = <T>(method: keyof SlotStore, request: unknown, run: (store: SlotStore) => Promise<T>): Promise<T> =>
      this.#call(caller, run, {
        executed: (answer) => witness.executed?.(method, request, answer),
        answered: (answer) => witness.answered?.(method, request, answer),
      });
    return {
      put: (request) => call("put", request, (store) => store.put(request)),
      list: () => call("list", undefined, (store) => store.list()),
      fetch: (ids) => call("fetch", ids, (store) => store.fetch(ids)),
      replaceBase: (request) => call("replaceBase", request, (store) => store.replaceBase(request)),
      bury: (folded, token) => call("bury", folded, (store) => store.bury(folded, token)),
    };
  }

  #call<T>(
    caller: Caller,
    run: (store: SlotStore) => Promise<T>,
    witness: { executed(answer: T): void; answered(answer: T): void },
  ): Promise<T> {
    const isFaulty = this.#dice.isBelow(this.faultRatio);
    const isLost = caller.isCutOff || (isFaulty && this.#dice.isBelow(0.33));
    const isReplyLost = isFaulty && this.#dice.isBelow(0.5);
    const isLate = isFaulty && this.#dice.isBelow(0.3);
    const wayThereMs = isLate ? this.#dice.between(100, 3 * DEADLINE_MS) : this.#dice.between(1, 20);
    const wayBackMs = this.#dice.between(1, 20);
    return new Promise<T>((resolve, reject) => {
      const sentMs = this.#time.nowMs;
      const fail = (): void => caller.deliver(() => reject(new SlotStoreError("simulated")));
      if (isLost || isReplyLost || wayThereMs + wayBackMs > DEADLINE_MS) this.#time.at(sentMs + DEADLINE_MS, fail);
      if (isLost) return;
      this.#time.after(wayThereMs, () => {
        void run(new MemorySlotStore(() => Math.floor(this.#time.nowMs), this.#content)).then((answer) => {
          witness.executed(answer);
          if (isReplyLost || wayThereMs + wayBackMs > DEADLINE_MS) return;
          this.#time.after(wayBackMs, () =>
            caller.deliver(() => {
              witness.answered(answer);
              resolve(answer);
            }),
          );
        });
      });
    });
  }

  #become(content: StoreContent): void {
    this.#content = { ...content, unbrokenSinceMs: this.#time.nowMs };
  }
}

function copyOf({ slots, folded, base, unbrokenSinceMs }: StoreContent): StoreContent {
  return { slots: new Map(slots), folded: new Map(folded), base, unbrokenSinceMs };
}
