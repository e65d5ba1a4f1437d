import cluster from "node:cluster";
import { isMainThread } from "node:worker_threads";
import { MemorySlotStore } from "@taskvitals/core";
import type { OpenSlotStore } from "../open-slot-store.ts";
import { ChannelSlotStore, type SlotPort } from "./channel-slot-store.ts";
import { MachineSlotStore } from "./machine-slot-store.ts";
import { parentChannel, processPort, serveStartedProcesses } from "./process-channel.ts";
import { SlotDesk } from "./slot-desk.ts";
import { serveThreads, threadPort } from "./thread-channel.ts";

/** What {@link openMachineStore} needs. */
export interface MachineStoreOptions {
  readonly namespace: string;
  /** Longest wait for one answer, in milliseconds. */
  readonly deadlineMs: number;
  /** Told, in words, what is not as it seems. */
  readonly onWarning: (message: string) => void;
}

/** Opens the store of this machine: keeps it, or finds who does, and lets those in that this process starts. */
export function openMachineStore({ namespace, deadlineMs, onWarning }: MachineStoreOptions): OpenSlotStore {
  const port = portAbove(namespace);
  const above = port && new ChannelSlotStore({ port, namespace, deadlineMs });
  const store = new MachineSlotStore({
    own: new MemorySlotStore(() => performance.now()),
    above,
    isBelow: !isMainThread || cluster.isWorker,
    onAlone: () => onWarning(ALONE),
  });
  const desk = new SlotDesk(store, namespace);
  const ends = [serveStartedProcesses(desk), ...(isMainThread ? [serveThreads(desk, namespace)] : [])];
  return {
    store,
    keepsSlots: () => store.isFirst,
    // No turns: of all processes of a machine the first is there as long as the totals are.
    hold: async (_name, _ttlMs, keeper) => {
      if (await store.settled()) keeper.acquired(undefined);
      return {
        get isHeld() {
          return store.isFirst;
        },
        shutdown: async () => {},
      };
    },
    close: async () => {
      for (const end of ends) end();
      above?.close();
    },
  };
}

function portAbove(namespace: string): SlotPort | undefined {
  if (!isMainThread) return threadPort(namespace);
  const channel = parentChannel();
  return channel && processPort(channel);
}

const ALONE =
  'The process that started this one did not answer: it is not a part of this platform, or has not started taskvitals with sharedTotals: { store: "machine" } ' +
  "and the same namespace before it started this one. This process shows what it, and those that it starts, count together, and nothing else.";
