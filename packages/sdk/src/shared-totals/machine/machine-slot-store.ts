import type { PutAnswer, PutSlot, ReplaceBase, SlotStore, StoreListing } from "@taskvitals/core";
import type { ChannelSlotStore } from "./channel-slot-store.ts";

/** What {@link MachineSlotStore} needs. */
export interface MachineSlotStoreOptions {
  /** The slots in the memory of this process. */
  readonly own: SlotStore;
  /** Those of the process that started this one, or of the main thread; `undefined` where there is none. */
  readonly above: ChannelSlotStore | undefined;
  /** Whether somebody above must have the slots; else this process is the first when nobody answers. */
  readonly isBelow: boolean;
  /** Told when nobody above answers, so that this process is the first. */
  readonly onAlone: () => void;
}

/**
 * The slots of this machine: kept by the first process, and called from there by all that it started, and by those that they started. Who started a process
 * need not be a part of the platform (a process manager, a watcher): then nobody answers. Should an answer come after all, because whoever has to give it was
 * busy, it counts from then on: what every process writes is all that it has counted, so that nothing is lost or counted twice by the change.
 */
export class MachineSlotStore implements SlotStore {
  readonly #options: MachineSlotStoreOptions;
  #greeting: Promise<unknown> | undefined;
  #isAlone: boolean;

  /** Asks nobody yet. */
  constructor(options: MachineSlotStoreOptions) {
    this.#options = options;
    this.#isAlone = options.above === undefined;
  }

  /** Whether the slots are in the memory of this process. */
  get isFirst(): boolean {
    const { above } = this.#options;
    return this.#isAlone && above?.hasAnswered !== true;
  }

  /** Waits until it is known whether the slots are in the memory of this process. Never rejects. */
  async settled(): Promise<boolean> {
    const { above, isBelow, onAlone } = this.#options;
    if (above !== undefined && !isBelow && !above.hasAnswered && !this.#isAlone) {
      this.#greeting ??= above.greet().catch(() => {
        this.#isAlone = true;
        onAlone();
      });
      await this.#greeting;
    }
    return this.isFirst;
  }

  async put(request: PutSlot): Promise<PutAnswer> {
    return (await this.#store()).put(request);
  }

  async list(): Promise<StoreListing> {
    return (await this.#store()).list();
  }

  async fetch(ids: readonly string[]): Promise<readonly (Uint8Array | undefined)[]> {
    return (await this.#store()).fetch(ids);
  }

  async replaceBase(request: ReplaceBase): Promise<boolean> {
    return (await this.#store()).replaceBase(request);
  }

  async bury(folded: ReadonlyMap<string, number>, baseToken: string): Promise<void> {
    return (await this.#store()).bury(folded, baseToken);
  }

  async #store(): Promise<SlotStore> {
    const { own, above } = this.#options;
    return (await this.settled()) || above === undefined ? own : above;
  }
}
