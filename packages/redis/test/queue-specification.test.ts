import { TaskVitalsError } from "@taskvitals/core";
import { parseQueue, type QueueOptions } from "@taskvitals/redis";
import { describe, expect, it } from "vitest";

function refusal(given: unknown, path = "queues[1]"): string {
  try {
    parseQueue(given as string, path);
  } catch (error) {
    expect(error).toBeInstanceOf(TaskVitalsError);
    expect(error).toMatchObject({ code: "INVALID_OPTION" });
    return (error as Error).message;
  }
  throw new Error("was accepted");
}

describe("parseQueue", () => {
  it("reads the short form, with the bare name as label", () => {
    expect(parseQueue("list:jobs", "queues[0]")).toEqual({
      layout: "list",
      name: "jobs",
      broker: "default",
      label: "jobs",
    });
  });

  it("splits at the first colon, so that a name may hold more of them", () => {
    expect(parseQueue("list:app:{eu}:jobs\n*", "queues[0]")).toMatchObject({ name: "app:{eu}:jobs\n*" });
  });

  it("reads the object form", () => {
    const given: QueueOptions = { layout: "list", name: "jobs", broker: "eu", label: "jobs-eu" };
    expect(parseQueue(given, "queues[0]")).toEqual({ layout: "list", name: "jobs", broker: "eu", label: "jobs-eu" });
  });

  it("takes a field that is undefined as left out", () => {
    const given = { layout: "list", name: "jobs", broker: undefined, label: undefined };
    expect(parseQueue(given, "queues[0]")).toMatchObject({ broker: "default", label: "jobs" });
  });

  it("does not follow later changes of the object", () => {
    const given = { layout: "list", name: "jobs", label: "a" };
    const queue = parseQueue(given, "queues[0]");
    given.label = "b";
    expect(queue.label).toBe("a");
  });

  it("cuts a label at 128 characters and keeps the name whole", () => {
    const queue = parseQueue(`list:${"x".repeat(10_000)}`, "queues[0]");
    expect(queue.label).toBe("x".repeat(128));
    expect(queue.name).toHaveLength(10_000);
  });

  it("names the option, the layouts and the remedy when the layout is missing", () => {
    expect(refusal("jobs")).toBe(
      'queues[1]: got "jobs"; expected "<layout>:<name>" with a layout that is known: list. A Redis list with the key "jobs" is "list:jobs"; BullMQ keeps the waiting jobs of "jobs" in "list:bull:jobs:wait".',
    );
  });

  it("names the option, the layout and the accepted ones when the layout is unknown", () => {
    expect(refusal("lists:jobs")).toBe(
      'queues[1]: got "lists"; expected a layout that is known: list. A Redis list with the key "jobs" is "list:jobs"; BullMQ keeps the waiting jobs of "jobs" in "list:bull:jobs:wait".',
    );
    expect(refusal({ layout: "lists", name: "jobs" })).toMatch(/^queues\[1\]\.layout: got "lists"; /);
    expect(refusal({ name: "jobs" })).toMatch(/^queues\[1\]\.layout: got undefined; /);
    expect(refusal("toString:jobs")).toMatch(/got "toString"/);
  });

  it.each([
    ["list:", /^queues\[1\]: got ""; expected the name of a queue, not empty/],
    [":jobs", /^queues\[1\]: got ""; expected a layout that is known/],
    ["", /^queues\[1\]: got ""; expected "<layout>:<name>"/],
    [{ layout: "list", name: "" }, /^queues\[1\]\.name: got ""/],
    [{ layout: "list" }, /^queues\[1\]\.name: got undefined/],
    [{ layout: "list", name: 7 }, /^queues\[1\]\.name: got 7/],
    [{ layout: "list", name: "jobs", label: "" }, /^queues\[1\]\.label: got ""/],
    [{ layout: "list", name: "jobs", label: {} }, /^queues\[1\]\.label: got an object/],
    [{ layout: "list", name: "jobs", broker: "" }, /^queues\[1\]\.broker: got ""/],
    [{ layout: "list", name: "jobs", broker: null }, /^queues\[1\]\.broker: got null/],
    [{ layout: "list", name: "jobs", lable: "x" }, /Remove or correct "lable"\.$/],
    [null, /^queues\[1\]: got null; expected "<layout>:<name>" or an object/],
    [42, /^queues\[1\]: got 42/],
    [["list", "jobs"], /^queues\[1\]: got an array of 2/],
  ])("refuses %j", (given, message) => {
    expect(refusal(given)).toMatch(message);
  });

  it("does not show a URL that ended up among the queues", () => {
    expect(refusal("redis://:s3cret@localhost:6379")).not.toContain("s3cret");
  });
});
