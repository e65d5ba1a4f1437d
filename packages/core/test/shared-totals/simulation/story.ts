import fc from "fast-check";
import type { Fault, Story } from "./platform.ts";
import { STORY_MS } from "./platform.ts";

const fault: fc.Arbitrary<Fault> = fc.record({
  atMs: fc.integer({ min: 2000, max: STORY_MS - 1000 }),
  kind: fc.constantFrom(
    "end worker",
    "kill worker",
    "freeze worker",
    "cut off worker",
    "kill exposer",
    "freeze exposer",
    "cut off exposer",
    "lose everything",
    "go back",
    "lose base",
    "lose slots",
    "lose folded",
  ),
  target: fc.nat({ max: 20 }),
  forMs: fc.integer({ min: 200, max: 12_000 }),
});

/** Stories in which anything can happen. */
export function anyStory(areLateExposersKept: boolean): fc.Arbitrary<Story> {
  return fc.record({
    seed: fc.nat(),
    faultRatio: fc.constantFrom(0, 0.02, 0.1, 0.3),
    faults: fc.array(fault, { maxLength: 12, size: "max" }),
    areLateExposersKept: fc.constant(areLateExposersKept),
  });
}
