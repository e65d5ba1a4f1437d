/** Rows drawn beyond what is seen, on each side. */
const SPARE = 6;

/** Which rows of a long list are drawn, and how tall the empty room before and after them is. */
export interface RowWindow {
  /** Index of the first row. */
  readonly first: number;
  /** Index after the last row. */
  readonly end: number;
  /** Height before them, in pixels. */
  readonly before: number;
  /** Height after them, in pixels. */
  readonly after: number;
}

/** The rows to draw of `count` rows that are each `rowHeight` pixels tall, in a box that is scrolled by `top` and shows `height`. */
export function rowWindow(count: number, rowHeight: number, top: number, height: number): RowWindow {
  const first = Math.min(Math.max(0, count - 1), Math.max(0, Math.floor(top / rowHeight) - SPARE));
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + SPARE);
  return { first, end, before: first * rowHeight, after: Math.max(0, count - end) * rowHeight };
}
