import { isMainThread, parentPort } from "node:worker_threads";
import { MemorySlotStore } from "@taskvitals/core";
import { parentChannel, serveProcess } from "../../../../src/shared-totals/machine/process-channel.ts";
import { SlotDesk } from "../../../../src/shared-totals/machine/slot-desk.ts";
import { serveThreads } from "../../../../src/shared-totals/machine/thread-channel.ts";

// Keeps slots in its memory for whoever started it: a store for each namespace that it is sent, which it sends back.
process.setMaxListeners(0);
const desk = (namespace: string): SlotDesk => new SlotDesk(new MemorySlotStore(() => Date.now()), namespace);
if (isMainThread) {
  const channel = parentChannel();
  if (channel === undefined) throw new Error("started without a channel");
  process.on("message", (namespace: string) => {
    serveProcess(desk(namespace), channel);
    process.send?.(namespace);
  });
  process.send?.("ready");
} else {
  parentPort?.on("message", (namespace: string) => {
    serveThreads(desk(namespace), namespace);
    parentPort?.postMessage(namespace);
  });
  parentPort?.postMessage("ready");
}
