import { describe, expect, it } from "vitest";
import { readPosition } from "../../src/bullmq-events/kept-position.ts";

const job = ["7", "send", 1, null, 12];
const position = { version: 1, atMs: 5, missed: 2, streams: { key: { id: "1-0", entries: 9, jobs: [job] } } };
const withStream = (stream: object): object => ({
  ...position,
  streams: { key: { ...position.streams.key, ...stream } },
});

describe("a position that was kept", () => {
  it("is read as it was written", () => {
    expect(readPosition(JSON.parse(JSON.stringify(position)))).toEqual(position);
    expect(readPosition(withStream({ entries: undefined }))).toBeDefined();
    expect(readPosition(withStream({ jobs: [["7", null, 0, 3, null]] }))).toBeDefined();
  });

  it.each([
    [undefined],
    [null],
    ["text"],
    [[]],
    [{ ...position, version: 2 }],
    [{ ...position, missed: -1 }],
    [{ ...position, atMs: "5" }],
    [{ ...position, streams: [] }],
    [withStream({ id: "$" })],
    [withStream({ entries: 1.5 })],
    [withStream({ jobs: undefined })],
    [withStream({ jobs: [["7"]] })],
    [withStream({ jobs: [[7, "send", 1, null, null]] })],
    [withStream({ jobs: [["7", "send", 1, "now", null]] })],
    [withStream({ jobs: [["7", "send", true, null, null]] })],
  ])("is none when it is %j", (kept) => {
    expect(readPosition(kept)).toBeUndefined();
  });
});
