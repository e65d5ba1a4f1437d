import { describe, expect, it } from "vitest";
import { resolveBuckets } from "../src/buckets.ts";

describe("resolveBuckets", () => {
  it("takes rising finite bounds, and the defaults for none", () => {
    expect(resolveBuckets("b", [0, 0.5, 2], [1])).toEqual([0, 0.5, 2]);
    expect(resolveBuckets("b", undefined, [1])).toEqual([1]);
  });

  it("keeps its own copy", () => {
    const given = [1, 2];
    const bounds = resolveBuckets("b", given, []);
    given.push(0);
    expect(bounds).toEqual([1, 2]);
  });

  it.each([
    [[], "buckets: got an array of 0"],
    ["1,2", "buckets: got"],
    [[1, 1], "buckets[1]: got 1; expected a number above 1"],
    [[2, 1], "buckets[1]: got 1"],
    [[1, Number.NaN], "buckets[1]: got NaN"],
    [[1, Number.POSITIVE_INFINITY], "+Inf is implied"],
    [[1, "2"], 'buckets[1]: got "2"'],
    [Array.from({ length: 101 }, (_, i) => i), "1 to 100"],
  ])("refuses %j and says why", (given, message) => {
    expect(() => resolveBuckets("buckets", given as number[], [1])).toThrow(
      expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(message) }),
    );
  });
});
