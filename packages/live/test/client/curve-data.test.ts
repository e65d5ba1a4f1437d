import { expect, it } from "vitest";
import { curveData, lonePoints, summaryOf } from "../../client/curve-data.ts";
import { picturesOf } from "../../client/picture.ts";
import { Voice } from "../../client/voice.ts";

const [ready, oldest, slots] = picturesOf({});
if (ready === undefined || oldest === undefined || slots === undefined) throw new Error("The pictures are missing");

it("has no value between two readings that are further apart than others", () => {
  const history = { at: [0, 5, 10, 15, 60, 65], curves: { ready: [1, 2, 3, 4, 5, 6] } };
  expect(curveData(history, ready.curves)).toEqual([
    [0, 5, 10, 15, 37.5, 60, 65],
    [1, 2, 3, 4, null, 5, 6],
  ]);
});

it("keeps what a reading did not know, and draws a curve that is missing as unknown", () => {
  const history = { at: [0, 5, 10], curves: { active: [1, null, 0] } };
  expect(curveData(history, slots.curves)).toEqual([
    [0, 5, 10],
    [1, null, 0],
    [null, null, null],
  ]);
});

it("finds values that have no neighbour", () => {
  expect(lonePoints([1, null, 2, null, 3, 4, null, 5])).toEqual([0, 2, 7]);
});

it("says in words what is drawn, in both languages; a last reading that is unknown is not 0", () => {
  const data = curveData({ at: [0, 5, 10], curves: { ready: [3, 12, null] } }, ready.curves);
  expect(summaryOf(ready, data, new Voice("en"))).toBe("Ready: last not known, lowest 3, highest 12");
  expect(summaryOf(ready, data, new Voice("zh-TW"))).toBe("待處理：最新 未知，最低 3，最高 12");
  const none = curveData({ at: [], curves: {} }, oldest.curves);
  expect(summaryOf(oldest, none, new Voice("en"))).toBe("Oldest age: no value in the last 15 minutes");
});
