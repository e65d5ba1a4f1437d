import { TaskVitalsError } from "@taskvitals/core";
import { parseQueue, type QueueOptions, type QueueSpecification } from "@taskvitals/redis";
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
      kind: "queue",
      layout: "list",
      name: "jobs",
      broker: "default",
      label: "jobs",
      fields: {},
    });
  });

  it("splits at the first colon, so that a name may hold more of them", () => {
    expect(parseQueue("list:app:{eu}:jobs\n*", "queues[0]")).toMatchObject({ name: "app:{eu}:jobs\n*" });
  });

  it("reads the object form", () => {
    const given: QueueOptions = { layout: "list", name: "jobs", broker: "eu", label: "jobs-eu" };
    expect(parseQueue(given, "queues[0]")).toMatchObject({
      layout: "list",
      name: "jobs",
      broker: "eu",
      label: "jobs-eu",
    });
  });

  it("takes a field that is undefined as left out", () => {
    const given: QueueOptions = { layout: "list", name: "jobs", broker: undefined, label: undefined };
    expect(parseQueue(given, "queues[0]")).toMatchObject({ broker: "default", label: "jobs" });
  });

  it("does not follow later changes of the object", () => {
    const given = { layout: "list", name: "jobs", label: "a" } satisfies QueueOptions;
    const queue = parseQueue(given, "queues[0]");
    given.label = "b";
    expect(queue).toMatchObject({ label: "a" });
  });

  it("cuts a label at 128 characters and keeps the name whole", () => {
    const queue = parseQueue(`list:${"x".repeat(10_000)}`, "queues[0]") as QueueSpecification;
    expect(queue.label).toBe("x".repeat(128));
    expect(queue.name).toHaveLength(10_000);
  });

  it("names the option, the layouts and the remedy when the layout is missing", () => {
    expect(refusal("jobs")).toBe(
      'queues[1]: got "jobs"; expected "<layout>:<name>" with a layout that is known: list, zset, stream, celery, bullmq, bull, bee, rq, dramatiq, huey, sidekiq, resque, asynq, arq, taskiq, counter. A Redis list with the key "jobs" is "list:jobs", the queue "emails" of BullMQ is "bullmq:emails", and all of them are "bullmq:*".',
    );
  });

  it("names the option, the layout and the accepted ones when the layout is unknown", () => {
    expect(refusal("lists:jobs")).toBe(
      'queues[1]: got "lists"; expected a layout that is known: list, zset, stream, celery, bullmq, bull, bee, rq, dramatiq, huey, sidekiq, resque, asynq, arq, taskiq, counter. Did you mean "list"? A Redis list with the key "jobs" is "list:jobs", the queue "emails" of BullMQ is "bullmq:emails", and all of them are "bullmq:*".',
    );
    expect(refusal({ layout: "lists", name: "jobs" })).toMatch(/^queues\[1\]\.layout: got "lists"; /);
    expect(refusal({ name: "jobs" })).toMatch(/^queues\[1\]\.layout: got undefined; /);
    expect(refusal("toString:jobs")).toMatch(/got "toString"/);
    expect(refusal("celry:jobs")).toContain('counter. Did you mean "celery"? A Redis list');
    expect(refusal("nothing:jobs")).not.toContain("Did you mean");
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

  it("asks for every queue of a framework with a star", () => {
    expect(parseQueue("bullmq:*", "queues[0]")).toMatchObject({
      kind: "discovery",
      layout: "bullmq",
      broker: "default",
    });
    expect(parseQueue({ layout: "rq", name: "*", broker: "jobs", prefix: "acme" }, "queues[0]")).toEqual({
      kind: "discovery",
      layout: "rq",
      broker: "jobs",
      fields: expect.objectContaining({ prefix: "acme" }),
    });
    expect(refusal("list:*")).toMatch(/expected the name of a queue; a Redis list keeps no list of its queues/);
    expect(refusal({ layout: "rq", name: "*", label: "x" })).toMatch(/label: got "x"; expected no label/);
  });

  it("fills in the fields of a layout, and refuses those of another", () => {
    const celery = parseQueue({ layout: "celery", name: "a", sep: ":" }, "queues[0]");
    expect(celery).toMatchObject({ fields: { sep: ":", prioritySteps: [0, 3, 6, 9], globalKeyprefix: "" } });
    expect(refusal({ layout: "list", name: "a", sep: ":" })).toMatch(/Remove or correct "sep"\.$/);
    expect(refusal({ layout: "celery", name: "a", prioritySteps: [3, 0] })).toMatch(
      /^queues\[1\]\.prioritySteps: got an array of 2; expected whole numbers of at least 0 that rise/,
    );
  });
});

describe("parseQueue of a counter", () => {
  it("reads the short form, whose key may hold anything", () => {
    expect(parseQueue("counter:metrics:task_success_total=task_success_total", "queues[0]")).toEqual({
      kind: "counter",
      key: "metrics:task_success_total",
      counter: "success",
      task: "_ALL",
      queue: "_ALL",
      broker: "default",
    });
    expect(parseQueue("counter:a=b,c=d=task_failure_total,task=train,queue=gpu", "queues[0]")).toMatchObject({
      key: "a=b,c=d",
      counter: "failure",
      task: "train",
      queue: "gpu",
    });
  });

  it("reads the object form", () => {
    const given = { layout: "counter", key: "done", counter: "retry", queue: "gpu", broker: "jobs" } as const;
    expect(parseQueue(given, "queues[0]")).toMatchObject({
      counter: "retry",
      task: "_ALL",
      queue: "gpu",
      broker: "jobs",
    });
  });

  it.each([
    [
      "counter:done",
      /got "counter:done"; expected a counter with its key and the name of a metric: one of task_success_total, .*\. Write it as/,
    ],
    ["counter:abc=foo", /got "counter:abc=foo"; expected a counter with its key .*: one of task_success_total, /],
    ["counter:redis://:hunter2@h=foo", /got a string that looks like a URL; expected a counter/],
    ["counter:done=task_active", /got "task_active"; expected one of task_success_total, task_failure_total/],
    ["counter:done=task_stalled_total,task=a", /expected no task; task_stalled_total has only the label queue/],
    [{ layout: "counter", key: "", counter: "success" }, /^queues\[1\]\.key: got ""/],
    [
      { layout: "counter", key: "a", counter: "toString" },
      /^queues\[1\]\.counter: got "toString"; expected one of success/,
    ],
    [{ layout: "counter", key: "a", counter: "success", task: 7 }, /^queues\[1\]\.task: got 7/],
    [{ layout: "counter", key: "a", counter: "success", name: "x" }, /Remove or correct "name"/],
  ])("refuses %j", (given, message) => {
    expect(refusal(given)).toMatch(message);
  });
});
