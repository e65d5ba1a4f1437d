import { describe, expect, it } from "vitest";
import { readEntries } from "../../src/bullmq-events/stream-entry.ts";

const entries = [
  ["1-0", ["event", "added", "jobId", "7", "name", "send"]],
  ["1-1", ["event", "delayed", "jobId", "7", "delay", "12"]],
  ["2-0", ["event", "completed", "jobId", "7", "returnvalue", '"secret"', "prev", "active"]],
  ["3-0", ["event", "drained"]],
  ["4-0", null],
];
const nothing = { name: undefined, prev: undefined, dueMs: undefined };
const expected = [
  { id: "1-0", event: { ...nothing, event: "added", jobId: "7", name: "send" } },
  { id: "1-1", event: { ...nothing, event: "delayed", jobId: "7", dueMs: 12 } },
  { id: "2-0", event: { ...nothing, event: "completed", jobId: "7", prev: "active" } },
  { id: "3-0", event: undefined },
  { id: "4-0", event: undefined },
];

describe("an answer to XREAD", () => {
  it.each([
    ["pairs", [["key", entries]]],
    ["a flat list", ["key", entries]],
    ["a map", new Map([["key", entries]])],
    ["an object", { key: entries }],
  ])("that is %s is read, without the fields that hold payloads", (_, reply) => {
    expect(readEntries(reply)).toEqual(new Map([["key", expected]]));
  });

  it.each([null, undefined, [], "odd", [["key", "odd"]]])("that is %j holds nothing", (reply) => {
    expect(readEntries(reply).size).toBe(0);
  });
});
