import { describe, expect, it } from "vitest";
import type { BullmqJob } from "../src/index.ts";
import { ownRunSeconds, waitSeconds } from "../src/job-times.ts";

const job: BullmqJob = {
  name: "easy",
  id: "7",
  timestamp: 1_000_000,
  processedOn: 1_002_500,
  attemptsStarted: 1,
  attemptsMade: 0,
  opts: {},
};

describe("how long a job was ready before its first attempt", () => {
  it("is the time from when it was added to when it was taken up", () => {
    expect(waitSeconds(job, true)).toBe(2.5);
  });

  it("leaves a deliberate delay out", () => {
    expect(waitSeconds({ ...job, opts: { delay: 2000 } }, true)).toBe(0.5);
  });

  it.each<[string, Partial<BullmqJob>]>([
    ["a further attempt", { attemptsMade: 1, attemptsStarted: 2 }],
    ["one that was taken up before, without an attempt that ended", { attemptsStarted: 2 }],
    ["one that was promoted before its time", { opts: { delay: 10_000 } }],
    ["one whose delay another job may have prolonged", { opts: { delay: 500, deduplication: { extend: true } } }],
    ["one from a producer whose clock is far ahead", { timestamp: 1_010_000 }],
    ["one that was not taken up", { processedOn: undefined }],
    ["one without a time", { timestamp: Number.NaN }],
    ["one that may have waited for children", { id: "4f3c0e1e-3b8e-4a58-8f6f-0d3f9b1d2c11" }],
    ["one with an id of its own", { id: "invoice-7" }],
  ])("is unknown for %s", (_, fields) => {
    expect(waitSeconds({ ...job, ...fields }, true)).toBeUndefined();
  });

  it.each<[string, Partial<BullmqJob>]>([
    ["a version that does not count starts", { attemptsStarted: undefined }],
    ["a job of a scheduler", { id: "repeat:nightly:1000000", repeatJobKey: "nightly" }],
  ])("is known for %s", (_, fields) => {
    expect(waitSeconds({ ...job, ...fields }, true)).toBe(2.5);
  });

  it("is known for every id where there are no flows", () => {
    expect(waitSeconds({ ...job, id: "invoice-7" }, false)).toBe(2.5);
  });

  it("is 0 when the clocks differ a little", () => {
    expect(waitSeconds({ ...job, timestamp: 1_002_510 }, true)).toBe(0);
  });
});

describe("the run time that a job carries itself", () => {
  it("is the time from when it was taken up to its end", () => {
    expect(ownRunSeconds({ ...job, finishedOn: 1_004_000 })).toBe(1.5);
  });

  it.each<Partial<BullmqJob>>([{}, { finishedOn: 1_002_000 }, { finishedOn: 1_004_000, processedOn: undefined }])(
    "is unknown for %j",
    (fields) => {
      expect(ownRunSeconds({ ...job, ...fields })).toBeUndefined();
    },
  );
});
