import { describe, expect, it } from "vitest";
import { BEGINNING, compareStreamIds, isStreamId, stampOf } from "../../src/bullmq-events/stream-id.ts";

describe("ids of a stream", () => {
  it("are ordered by time, then by number, however large it is", () => {
    const ordered = [
      BEGINNING,
      "0-1",
      "9-3",
      "10-0",
      "10-9",
      "10-10",
      "10-18446744073709551614",
      "10-18446744073709551615",
    ];
    for (const [index, id] of ordered.entries()) {
      for (const [other, otherId] of ordered.entries()) {
        expect(Math.sign(compareStreamIds(id, otherId)), `${id} ${otherId}`).toBe(Math.sign(index - other));
      }
    }
  });

  it("hold the time of Redis in milliseconds", () => {
    expect(stampOf("1795376853270-12")).toBe(1_795_376_853_270);
  });

  it.each([
    ["5-1", true],
    ["5", false],
    ["-1", false],
    ["5-", false],
    [5, false],
    [undefined, false],
    ["$", false],
  ])("%j is one: %j", (value, expected) => {
    expect(isStreamId(value)).toBe(expected);
  });
});
