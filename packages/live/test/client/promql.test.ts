import { contract } from "@taskvitals/core";
import { describe, expect, it } from "vitest";
import { PromQl, promString } from "../../client/promql.ts";

const { queueLength, taskActive, taskDuration, taskFailure, taskSuccess } = contract;

describe("queries of what is chosen", () => {
  it("add up queues for the whole, and ask for one label where one is chosen", () => {
    expect(new PromQl({}).ready()).toBe(`sum(max by (queue) (${queueLength.name}))`);
    expect(new PromQl({ queue: "mails" }).ready()).toBe(`max by (queue) (${queueLength.name}{queue="mails"})`);
    expect(new PromQl({ queue: "mails" }).active()).toBe(`sum by (queue) (${taskActive.name}{queue="mails"})`);
  });

  it("add the successes and failures of a task", () => {
    const labels = '{queue="mails", task="send"}';
    expect(new PromQl({ queue: "mails", task: "send" }).ended()).toBe(
      `sum by (queue) (rate(${taskSuccess.name}${labels}[5m])) + sum by (queue) (rate(${taskFailure.name}${labels}[5m]))`,
    );
  });

  it("take quantiles over buckets", () => {
    expect(new PromQl({ queue: "mails" }).runP95()).toBe(
      `histogram_quantile(0.95, sum by (le, queue) (rate(${taskDuration.name}_bucket{queue="mails"}[5m])))`,
    );
  });
});

it.each([
  ['a"b', '"a\\"b"'],
  ["a\\b", '"a\\\\b"'],
  ["a\nb", '"a\\u000ab"'],
  ["a\u202eb", '"a\\u202eb"'],
  ["\u{e0001}", '"\\U000e0001"'],
  ["佇列 {x}", '"佇列 {x}"'],
])("%j is written as a string of PromQL", (text, written) => {
  expect(promString(text)).toBe(written);
});
