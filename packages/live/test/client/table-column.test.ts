import { expect, it } from "vitest";
import { words } from "../../client/phrases/word-phrases.ts";
import { sortedRows } from "../../client/table-column.ts";
import { rowWindow } from "../../client/virtual-rows.ts";

const rows = [{ n: 2 }, { n: undefined }, { n: 10 }, { n: 1 }];
const columns = [
  { key: "n", name: words.ready, text: () => ({ text: "" }), value: ({ n }: { n: number | undefined }) => n },
  { key: "state", name: words.state, text: () => ({ text: "" }) },
];
const order = (by: string, isDescending: boolean) => sortedRows(rows, columns, { by, isDescending }).map(({ n }) => n);

it("what is not known goes last, whichever way a column is sorted", () => {
  expect(order("n", true)).toEqual([10, 2, 1, undefined]);
  expect(order("n", false)).toEqual([1, 2, 10, undefined]);
});

it("a column without values keeps the order of the server, or turns it", () => {
  expect(order("state", true)).toEqual([2, undefined, 10, 1]);
  expect(order("state", false)).toEqual([1, 10, undefined, 2]);
});

it("only rows in sight and a few around them are drawn, and the room of the others is kept", () => {
  const view = rowWindow(1000, 40, 20_000, 600);
  expect(view).toEqual({ first: 494, end: 521, before: 494 * 40, after: 479 * 40 });
  expect(rowWindow(3, 40, 0, 600)).toEqual({ first: 0, end: 3, before: 0, after: 0 });
  expect(rowWindow(0, 40, 0, 600)).toEqual({ first: 0, end: 0, before: 0, after: 0 });
  // Filtered to few while it was scrolled far down.
  expect(rowWindow(2, 40, 20_000, 600).end).toBe(2);
});
