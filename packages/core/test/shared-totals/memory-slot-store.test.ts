import { MemorySlotStore } from "@taskvitals/core";
import { exerciseSlotStore } from "./exercise-slot-store.ts";

exerciseSlotStore("memory", async () => ({
  store: new MemorySlotStore(() => Date.now()),
  [Symbol.asyncDispose]: async () => {},
}));
