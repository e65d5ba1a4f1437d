import { expect, test } from "vitest";
import { seededRandom } from "../../../test/shared-totals/seeded-random.ts";
import { DurationWindow, p95, recentP95 } from "../src/duration-window.ts";
import { BOUNDS } from "./readings.ts";

function lately(window: DurationWindow): number[] {
  const sums: number[] = [];
  window.addTo(sums);
  return sums;
}

/** `histogram_quantile(0.95, …)` as Prometheus documents it: from cumulative counts by `le`, the rank within its bucket. */
function histogramQuantile(bounds: readonly number[], counts: readonly number[]): number {
  const buckets = counts.map((_, index) => ({
    le: bounds[index] ?? Number.POSITIVE_INFINITY,
    cumulative: counts.slice(0, index + 1).reduce((sum, count) => sum + count, 0),
  }));
  const observations = buckets.at(-1)?.cumulative ?? 0;
  if (observations === 0) return Number.NaN;
  const rank = 0.95 * observations;
  const found = buckets.findIndex(({ cumulative }) => cumulative >= rank);
  if (found === buckets.length - 1) return buckets.at(-2)?.le ?? Number.NaN;
  const { le, cumulative } = buckets[found] ?? { le: Number.NaN, cumulative: Number.NaN };
  const [start, before] = found === 0 ? [0, 0] : [buckets[found - 1]?.le ?? 0, buckets[found - 1]?.cumulative ?? 0];
  return start + (le - start) * ((rank - before) / (cumulative - before));
}

test("the 95th percentile is what histogram_quantile makes of the same buckets", () => {
  const random = seededRandom(1);
  for (let run = 0; run < 2000; run += 1) {
    const counts = Array.from({ length: BOUNDS.length + 1 }, () => (random() < 0.4 ? 0 : Math.floor(random() * 50)));
    const expected = histogramQuantile(BOUNDS, counts);
    const found = p95(BOUNDS, counts) ?? Number.NaN;
    if (Number.isNaN(expected)) expect(found).toBeNaN();
    else expect(found, JSON.stringify(counts)).toBeCloseTo(expected, 9);
  }
});

test.each([
  [[0, 0, 0, 0, 0], undefined],
  [[10, 0, 0, 0, 0], 0.95],
  [[0, 0, 0, 0, 3], 10],
  [[95, 5, 0, 0, 0], 1],
])("of %j it is %j", (counts, expected) => {
  expect(p95(BOUNDS, counts)).toBe(expected);
});

test("what was counted before the first look is not of lately, of a series born since all is", () => {
  const counts = [5, 0, 0, 0, 1];
  expect(lately(new DurationWindow(0, { bounds: BOUNDS, counts }, false))).toEqual([0, 0, 0, 0, 0]);
  expect(lately(new DurationWindow(0, { bounds: BOUNDS, counts }, true))).toEqual(counts);
});

test("the window moves on every minute, and covers the last one to two", () => {
  const window = new DurationWindow(0, { bounds: BOUNDS, counts: [0, 0, 0, 0, 0] }, false);
  // One task per look, one look each 5 s.
  const seen: number[] = [];
  for (let at = 5; at <= 300; at += 5) {
    window.add(at, { bounds: BOUNDS, counts: [at / 5, 0, 0, 0, 0] });
    seen.push(lately(window)[0] ?? 0);
  }
  expect(seen.slice(0, 11)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const settled = seen.slice(24);
  expect(Math.min(...settled)).toBeGreaterThanOrEqual(12);
  expect(Math.max(...settled)).toBeLessThanOrEqual(24);
});

test("a series that began anew counts from its beginning, other bounds of the same number as well", () => {
  const window = new DurationWindow(0, { bounds: BOUNDS, counts: [9, 9, 0, 0, 0] }, false);
  window.add(5, { bounds: BOUNDS, counts: [1, 2, 0, 0, 0] });
  expect(lately(window)).toEqual([1, 2, 0, 0, 0]);
  window.add(10, { bounds: [1, 2, 5, 20], counts: [4, 4, 0, 0, 0] });
  expect([window.bounds, lately(window)]).toEqual([
    [1, 2, 5, 20],
    [4, 4, 0, 0, 0],
  ]);
});

test("a clock that is set back by an hour does not stretch the window to an hour", () => {
  const window = new DurationWindow(7200, { bounds: BOUNDS, counts: [0, 0, 0, 0, 0] }, false);
  let tasks = 0;
  for (let at = 3600; at <= 3600 + 300; at += 5) {
    tasks += 1;
    window.add(at, { bounds: BOUNDS, counts: [tasks, 0, 0, 0, 0] });
  }
  expect(lately(window)[0]).toBeLessThanOrEqual(24);
});

test("several series are added up before the percentile is taken, those of other bounds are left out", () => {
  const of = (bounds: readonly number[], counts: readonly number[]): DurationWindow =>
    new DurationWindow(0, { bounds, counts }, true);
  const [one, other] = [of(BOUNDS, [90, 0, 0, 0, 0]), of(BOUNDS, [0, 0, 10, 0, 0])];
  expect(recentP95([one, other])).toBe(p95(BOUNDS, [90, 0, 10, 0, 0]));
  expect(recentP95([one, of([7, 8, 9, 10], [0, 0, 0, 99, 0])])).toBe(p95(BOUNDS, [90, 0, 0, 0, 0]));
  expect(recentP95([])).toBeUndefined();
});
