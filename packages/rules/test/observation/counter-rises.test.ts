import { expect, it } from "vitest";
import { CounterRises, sumOfRises } from "../../src/observation/counter-rises.ts";
import { pageOf } from "./page-of.ts";

const page = (succeeded: number, failed?: number) =>
  pageOf(
    `task_success_total{task="t",queue="q"} ${succeeded}`,
    ...(failed === undefined ? [] : [`task_failure_total{task="t",queue="q"} ${failed}`]),
  );
const of = (...targets: readonly (readonly [string, ReturnType<typeof page>])[]) => new Map(targets);

it("says how much rose between two looks, and nothing at the first one", () => {
  const rises = new CounterRises();
  expect(rises.next(of(["a", page(100)])).size).toBe(0);
  expect(
    rises
      .next(of(["a", page(103)]))
      .get("q")
      ?.get("t"),
  ).toEqual({ succeeded: 3, failed: 0, retried: 0 });
});

it("counts a series that is new in a known process from 0, and one of a new process not at all", () => {
  const rises = new CounterRises();
  rises.next(of(["a", page(5)]));
  expect(
    rises
      .next(of(["a", page(5, 2)], ["b", page(50, 50)]))
      .get("q")
      ?.get("t"),
  ).toEqual({
    ...{ succeeded: 0, failed: 2, retried: 0 },
  });
});

it("takes a counter that fell for one that began anew", () => {
  const rises = new CounterRises();
  rises.next(of(["a", page(100)]));
  expect(
    rises
      .next(of(["a", page(4)]))
      .get("q")
      ?.get("t")?.succeeded,
  ).toBe(4);
});

it("goes on from what a process showed last, where it did not answer in between", () => {
  const rises = new CounterRises();
  rises.next(of(["a", page(1)]));
  rises.next(of());
  expect(
    rises
      .next(of(["a", page(3)]))
      .get("q")
      ?.get("t")?.succeeded,
  ).toBe(2);
});

it("adds up several looks", () => {
  const rises = new CounterRises();
  const looks = [page(1), page(2), page(5)].map((one) => rises.next(of(["a", one])));
  expect(sumOfRises(looks).get("q")?.get("t")?.succeeded).toBe(4);
});

it("goes on from where a counter was that was not shown for a while, as one in a broker that was away", () => {
  const rises = new CounterRises();
  const rise = (samples: ReturnType<typeof page>) =>
    rises
      .next(of(["a", samples]))
      .get("q")
      ?.get("t")?.succeeded;
  rise(page(1_000_000));
  expect(rise(pageOf())).toBeUndefined();
  expect(rise(pageOf())).toBeUndefined();
  expect(rise(page(1_000_002))).toBe(2);
});
