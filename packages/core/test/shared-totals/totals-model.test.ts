import fc from "fast-check";
import { expect, test } from "vitest";
import { propertyRuns } from "./property-runs.ts";
import { type Fault, Platform, type Story } from "./simulation/platform.ts";
import { anyStory } from "./simulation/story.ts";

// Whatever goes wrong with calls, processes and the store: no exposer ever shows less than any showed before, as long as a process or an exposer that
// knew more reaches the store in time; none ever shows more than was counted; and in the end the totals are the truth, but for what processes that
// were killed had not written and nobody had read.

/** Stories take long to make smaller: the first that fails is told as it is. */
const asIs = { endOnFailure: true } as const;
const LONG_MS = 20 * 60_000;

test(
  "totals never fall and come out right, whatever happens to processes, exposers, calls and the store",
  async () => {
    await fc.assert(
      fc.asyncProperty(anyStory(false), async (story) => {
        expect(await new Platform(story).play()).toEqual([]);
      }),
      { ...propertyRuns(150), ...asIs },
    );
  },
  LONG_MS,
);

test(
  "exposers that come back long after the store was broken make no total fall either, and what they have to give up is said",
  async () => {
    await fc.assert(
      fc.asyncProperty(anyStory(true), async (story) => {
        expect(await new Platform(story).play()).toEqual([]);
      }),
      { ...propertyRuns(100), ...asIs },
    );
  },
  LONG_MS,
);

/** What went wrong once, and was mended. */
const STORIES: Record<
  string,
  { readonly faultRatio?: number; readonly faults: readonly (readonly [number, Fault["kind"], number, number])[] }
> = {
  "a slot was folded as it was before the store lost it, while its process was cut off": {
    faultRatio: 0.3,
    faults: [
      [2108, "cut off worker", 5, 3024],
      [3150, "lose everything", 0, 0],
      [5805, "end worker", 4, 0],
      [5807, "cut off worker", 10, 3154],
    ],
  },
  "the store lost its base and remembered the folds, while who had folded was stopped": {
    faults: [
      [8194, "end worker", 0, 0],
      [8945, "freeze exposer", 7, 1412],
      [8948, "lose base", 0, 0],
    ],
  },
  "the store went back while totals were read": {
    faultRatio: 0.1,
    faults: [[6683, "go back", 8, 0]],
  },
  "the last exposer that knew the base had only just read it when the store lost everything": {
    faultRatio: 0.3,
    faults: [
      [5013, "go back", 7, 0],
      [7643, "end worker", 16, 0],
      [10_559, "lose base", 7, 0],
      [11_736, "cut off exposer", 7, 9142],
      [12_386, "freeze worker", 2, 8750],
      [14_912, "lose everything", 18, 0],
    ],
  },
};

test.each(Object.entries(STORIES))(
  "%s",
  async (_, { faultRatio = 0, faults }) => {
    for (let seed = 0; seed < 5; seed++) {
      const story: Story = {
        seed,
        faultRatio,
        faults: faults.map(([atMs, kind, target, forMs]) => ({ atMs, kind, target, forMs })),
        areLateExposersKept: false,
      };
      expect(await new Platform(story).play()).toEqual([]);
    }
  },
  LONG_MS,
);
