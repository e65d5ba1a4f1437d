import { expect, it } from "vitest";
import { keySlot } from "../src/key-slot.ts";

// Slots as `CLUSTER KEYSLOT` of Redis 7.0 answers them.
it.each([
  ["123456789", 12_739],
  ["foo", 12_182],
  ["", 0],
  ["ключ", 10_303],
  ["{user1000}.following", 3443],
  ["{user1000}.followers", 3443],
  ["foo{}{bar}", 8363],
  ["foo{{bar}}zap", 4015],
  ["foo{bar}{zap}", 5061],
  ["foo{bar", 15_278],
])("puts %j into slot %i", (key, slot) => {
  expect(keySlot(key)).toBe(slot);
});
