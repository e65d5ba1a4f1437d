import { contract } from "@taskvitals/core";
import { expect, test } from "vitest";
import { DoubtWatch } from "../src/doubt-watch.ts";

const { eventsMissed, sdkError, seriesOverflow } = contract;

type Samples = readonly { readonly name: string; readonly labels: Record<string, string>; readonly value: number }[];

const missed = (value: number): Samples => [{ name: eventsMissed.name, labels: { broker: "jobs" }, value }];
const of = (samples: Samples, source = "process"): ReadonlyMap<string, Samples> => new Map([[source, samples]]);

test("what was missed, refused or failed is told by kind and name, with how often", () => {
  const watch = new DoubtWatch(900);
  watch.begin("process");
  watch.add(1000, of([]));
  expect(watch.doubts).toEqual([]);
  const samples: Samples = [
    ...missed(3),
    { name: seriesOverflow.name, labels: { instrument: "task_success_total" }, value: 2 },
    { name: sdkError.name, labels: { operation: "read" }, value: 1 },
    { name: contract.taskFailure.name, labels: { task: "t", queue: "q" }, value: 9 },
  ];
  watch.add(1005, of(samples));
  watch.add(1010, of([...samples.slice(1), ...missed(5)]));
  expect(watch.doubts).toEqual([
    { doubt: "events_missed", of: "jobs", count: 5 },
    { doubt: "series_refused", of: "task_success_total", count: 2 },
    { doubt: "vitals_failed", of: "read", count: 1 },
  ]);
});

test("what happened before a source was seen, or longer ago than is kept, is none", () => {
  const watch = new DoubtWatch(900);
  watch.add(1000, of(missed(40)));
  expect(watch.doubts).toEqual([]);
  watch.add(1005, of(missed(41)));
  expect(watch.doubts).toMatchObject([{ count: 1 }]);
  watch.add(1904, of(missed(41)));
  expect(watch.doubts).toMatchObject([{ count: 1 }]);
  watch.add(1905, of(missed(41)));
  expect(watch.doubts).toEqual([]);
});

test("a counter that fell began anew, and sources are added up", () => {
  const watch = new DoubtWatch(900);
  watch.add(1000, new Map([...of(missed(10), "one"), ...of(missed(20), "two")]));
  watch.add(1005, new Map([...of(missed(2), "one"), ...of(missed(21), "two")]));
  expect(watch.doubts).toMatchObject([{ of: "jobs", count: 3 }]);
  watch.lose("two");
  watch.add(1010, new Map([...of(missed(2), "one"), ...of(missed(99), "two")]));
  expect(watch.doubts).toMatchObject([{ count: 3 }]);
  watch.clear();
  expect(watch.doubts).toEqual([]);
});

test("no more than a hundred are known at once", () => {
  const watch = new DoubtWatch(900);
  watch.begin("process");
  const many = Array.from({ length: 300 }, (_, nth) => ({
    ...{ name: sdkError.name, labels: { operation: `op-${nth}` }, value: 1 },
  }));
  watch.add(1000, of(many));
  expect(watch.doubts).toHaveLength(100);
});
