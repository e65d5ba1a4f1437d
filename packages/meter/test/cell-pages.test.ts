import { expect, test } from "vitest";
import { CellPages } from "../src/cell-pages.ts";

test("cells of two series never overlap, whatever comes and goes", () => {
  const pages = new CellPages(3);
  const live = new Map<string, { cells: Float64Array; offset: number }>();
  for (let round = 0; round < 2000; round++) {
    const name = String((round * 7919) % 300);
    const known = live.get(name);
    if (known === undefined) {
      const fresh = pages.allocate();
      expect([...fresh.cells.subarray(fresh.offset, fresh.offset + 3)]).toEqual([0, 0, 0]);
      fresh.cells.fill(Number(name), fresh.offset, fresh.offset + 3);
      live.set(name, fresh);
    } else {
      expect([...known.cells.subarray(known.offset, known.offset + 3)]).toEqual(Array(3).fill(Number(name)));
      pages.release(known.cells, known.offset);
      live.delete(name);
    }
  }
  for (const [name, { cells, offset }] of live) {
    expect([...cells.subarray(offset, offset + 3)]).toEqual(Array(3).fill(Number(name)));
  }
});

test("a freed place is used again before a new page is made", () => {
  const pages = new CellPages(2);
  const first = Array.from({ length: 1000 }, () => pages.allocate());
  const kept = new Set(first.map(({ cells }) => cells));
  for (const { cells, offset } of first.filter((_, index) => index % 3 === 0)) pages.release(cells, offset);
  const again = Array.from({ length: 300 }, () => pages.allocate());
  expect(again.filter(({ cells }) => !kept.has(cells))).toEqual([]);
});

test("pages whose series went are let go, all but one", () => {
  const pages = new CellPages(2);
  const all = Array.from({ length: 1000 }, () => pages.allocate());
  const old = new Set(all.map(({ cells }) => cells));
  for (const { cells, offset } of all) pages.release(cells, offset);
  const reused = new Set(Array.from({ length: 1000 }, () => pages.allocate().cells).filter((cells) => old.has(cells)));
  expect(old.size).toBeGreaterThan(4);
  expect(reused.size).toBe(1);
});

test("one series that comes and goes uses the same cells again", () => {
  const pages = new CellPages(2);
  const first = pages.allocate();
  pages.release(first.cells, first.offset);
  expect(pages.allocate()).toEqual(first);
});
