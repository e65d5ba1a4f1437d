import { emptyContent, MemorySlotStore, type StoreContent } from "../../src/shared-totals/memory-slot-store.ts";
import type { Slot } from "../../src/shared-totals/slot.ts";
import { SlotCodec } from "../../src/shared-totals/slot-codec.ts";
import { type SlotStore, SlotStoreError } from "../../src/shared-totals/slot-store.ts";
import type { SharedTotals } from "../../src/shared-totals/slot-sum.ts";
import { SlotWriter } from "../../src/shared-totals/slot-writer.ts";
import { TotalsExposer } from "../../src/shared-totals/totals-exposer.ts";
import { countOf } from "./slot-samples.ts";

export const INTERVAL_MS = 1000;
export const FOLD_AFTER_MS = 10_000;
export const REMEMBER_MS = 100_000;

/** A process that counts. */
export interface SmallWorker {
  count: number;
  /** What the process counts, instead of one counter. */
  slot: Slot | undefined;
  readonly writer: SlotWriter;
  readonly folded: readonly boolean[];
}

/** How a call of the store may end: as it should, not executed, executed and the reply lost. */
export type Fate = "answered" | "refused" | "reply lost";

/** Writers and exposers in one memory, and a clock that is moved by hand. */
export class SmallPlatform {
  nowMs = 1_000_000;
  content: StoreContent = emptyContent();
  readonly codec = new SlotCodec();
  readonly problems: string[] = [];

  /** A store as one caller sees it; `fate` decides about every call, and may do something in between. */
  store(fate: (method: keyof SlotStore) => Fate = () => "answered"): SlotStore {
    const call = async <T>(method: keyof SlotStore, run: (store: SlotStore) => Promise<T>): Promise<T> => {
      const end = fate(method);
      if (end === "refused") throw new SlotStoreError("refused");
      const answer = await run(new MemorySlotStore(() => this.nowMs, this.content));
      if (end === "reply lost") throw new SlotStoreError("reply lost");
      return answer;
    };
    return {
      put: (request) => call("put", (store) => store.put(request)),
      list: () => call("list", (store) => store.list()),
      fetch: (ids) => call("fetch", (store) => store.fetch(ids)),
      replaceBase: (request) => call("replaceBase", (store) => store.replaceBase(request)),
      bury: (folded, token) => call("bury", (store) => store.bury(folded, token)),
    };
  }

  worker(store: SlotStore = this.store()): SmallWorker {
    const folded: boolean[] = [];
    let last: { readonly count: number; readonly slot: Slot } | undefined;
    const worker: SmallWorker = {
      count: 0,
      slot: undefined,
      folded,
      writer: new SlotWriter({
        store,
        codec: this.codec,
        read: () => {
          if (worker.slot !== undefined) return worker.slot;
          last = { count: worker.count, slot: { ...countOf(worker.count), ...(last && { shape: last.slot.shape }) } };
          return last.slot;
        },
        foldAfterMs: FOLD_AFTER_MS,
        rememberMs: REMEMBER_MS,
        now: () => this.nowMs,
        onFolded: (wasKnown) => folded.push(wasKnown),
      }),
    };
    return worker;
  }

  exposer(store: SlotStore = this.store()): TotalsExposer {
    return new TotalsExposer({
      store,
      codec: this.codec,
      intervalMs: INTERVAL_MS,
      foldAfterMs: FOLD_AFTER_MS,
      limits: { maxSeries: 100, pruneIdleMs: 1e9, rememberMs: REMEMBER_MS },
      elapsed: () => this.nowMs,
      now: () => this.nowMs,
      onProblem: (message) => this.problems.push(message),
    });
  }

  /** What a store that lost something, or is another server, has from now on. */
  becomes(content: Partial<StoreContent>): void {
    this.content = { ...this.copy(), ...content, unbrokenSinceMs: this.nowMs };
  }

  copy(): StoreContent {
    return { ...this.content, slots: new Map(this.content.slots), folded: new Map(this.content.folded) };
  }

  /** Lets time pass in which these exposers look after the store. */
  async pass(ms: number, exposers: readonly TotalsExposer[] = []): Promise<void> {
    for (let passed = 0; passed < ms; passed += INTERVAL_MS) {
      this.nowMs += INTERVAL_MS;
      for (const exposer of exposers) await exposer.tend();
    }
  }
}

/** What is shown of the one counter; `undefined` when nothing is shown. */
export function countIn(totals: SharedTotals | undefined): number | undefined {
  return totals && (totals.series[0]?.cells[0] ?? 0);
}
