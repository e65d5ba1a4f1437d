import { invalidOption, type ProblemListener, type SlotStore } from "@taskvitals/core";
import { holdTotalsLease, openRedisSlotStore } from "@taskvitals/redis";
import type { SharedTotalsSettings } from "./shared-totals-settings.ts";
import type { HoldLease } from "./turn.ts";

/** Where the slots are, and where processes agree on whose turn it is to show them. */
export interface OpenSlotStore {
  readonly store: SlotStore;
  readonly hold: HoldLease;
  /** Ends connections of our own. Never rejects. */
  close(): Promise<void>;
}

/** What {@link openSlotStore} needs. */
export interface OpenSlotStoreOptions {
  /** Longest wait for one answer, in milliseconds. */
  readonly deadlineMs: number;
  readonly onProblem: ProblemListener;
}

/**
 * Opens the store that the settings name.
 *
 * @throws TaskVitalsError for a bad URL or client
 */
export async function openSlotStore(
  { store, broker, namespace }: SharedTotalsSettings,
  { deadlineMs, onProblem }: OpenSlotStoreOptions,
): Promise<OpenSlotStore> {
  if (store !== "redis" || broker === undefined) {
    throw invalidOption({ path: "sharedTotals.store", value: store, expected: '"redis"' });
  }
  const { connection, path } = broker;
  const slots = await openRedisSlotStore({ connection, path, namespace, deadlineMs, onProblem });
  return {
    store: slots,
    hold: (name, ttlMs, keeper) =>
      holdTotalsLease({ name: `${namespace}.${name}`, connection, path, ttlMs, keeper, onProblem }),
    close: () => slots.shutdown(),
  };
}
