import { invalidOption, type ProblemListener, type SlotStore } from "@taskvitals/core";
import { holdTotalsLease, openRedisSlotStore } from "@taskvitals/redis";
import { openMachineStore } from "./machine/open-machine-store.ts";
import type { SharedTotalsSettings } from "./shared-totals-settings.ts";
import type { HoldLease } from "./turn.ts";

/** Where the slots are, and where processes agree on whose turn it is to show them. */
export interface OpenSlotStore {
  readonly store: SlotStore;
  readonly hold: HoldLease;
  /** Whether the slots are in the memory of this process, so that it has to look after them even when nobody asks it for the totals. */
  readonly keepsSlots: () => boolean;
  /** Ends connections of our own. Never rejects. */
  close(): Promise<void>;
}

/** What {@link openSlotStore} needs. */
export interface OpenSlotStoreOptions {
  /** Longest wait for one answer, in milliseconds. */
  readonly deadlineMs: number;
  readonly onProblem: ProblemListener;
  /** Told, in words, what is no failure, but not as it seems. */
  readonly onWarning: (message: string) => void;
}

/**
 * Opens the store that the settings name.
 *
 * @throws TaskVitalsError for a bad URL or client
 */
export async function openSlotStore(
  { store, broker, namespace }: SharedTotalsSettings,
  { deadlineMs, onProblem, onWarning }: OpenSlotStoreOptions,
): Promise<OpenSlotStore> {
  if (store === "machine") return openMachineStore({ namespace, deadlineMs, onWarning });
  if (broker === undefined) {
    throw invalidOption({ path: "sharedTotals.store", value: store, expected: '"machine" where there is no broker' });
  }
  const { connection, path } = broker;
  const slots = await openRedisSlotStore({ connection, path, namespace, deadlineMs, onProblem });
  return {
    store: slots,
    hold: (name, ttlMs, keeper) =>
      holdTotalsLease({ name: `${namespace}.${name}`, connection, path, ttlMs, keeper, onProblem }),
    keepsSlots: () => false,
    close: () => slots.shutdown(),
  };
}
