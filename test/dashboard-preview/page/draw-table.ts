import { colorStyle, element } from "./element.ts";
import type { TableBody } from "./picture.ts";

/** A table in a box of that width; numbers stand at the right. What has no room is cut, as it is in Grafana until one scrolls. */
export function drawTable({ columns, rows }: TableBody, boxWidth: number): HTMLElement {
  const align = (index: number): string => (columns[index]?.numeric === true ? "numeric" : "");
  const head = element(
    "tr",
    {},
    ...columns.map(({ name }, index) => element("th", { class: align(index), text: name })),
  );
  const body = rows.map((row) =>
    element(
      "tr",
      {},
      ...row.map(({ text, color, link }, index) =>
        element("td", { class: `${align(index)}${link ? " link" : ""}`, text, title: text, style: colorStyle(color) }),
      ),
    ),
  );
  const widths = columnWidths(columns, boxWidth);
  const cols = widths.map((width) => element("col", { style: { width: `${width}px` } }));
  const width = `${widths.reduce((sum, each) => sum + each, 0)}px`;
  return element("table", { class: "panel-table", style: { width } }, element("colgroup", {}, ...cols), head, ...body);
}

/** Columns without a width share what the others leave, and none becomes narrower than its least width. */
function columnWidths(columns: TableBody["columns"], boxWidth: number): number[] {
  const fixed = columns.reduce((sum, { width = 0 }) => sum + width, 0);
  const sharing = columns.filter(({ width }) => width === undefined);
  const wide = (share: number): TableBody["columns"] => sharing.filter(({ minWidth }) => minWidth > share);
  let share = (boxWidth - fixed) / sharing.length;
  // Those that need more than their share take it from the others.
  for (let turn = 0; turn < sharing.length; turn++) {
    const taken = wide(share).reduce((sum, { minWidth }) => sum + minWidth, 0);
    share = (boxWidth - fixed - taken) / Math.max(1, sharing.length - wide(share).length);
  }
  return columns.map(({ width, minWidth }) => width ?? Math.max(minWidth, share));
}
