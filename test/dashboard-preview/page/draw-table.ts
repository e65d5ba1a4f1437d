import { colorStyle, element } from "./element.ts";
import type { TableBody } from "./picture.ts";

/** A table; numbers stand at the right. */
export function drawTable({ columns, rows }: TableBody): HTMLElement {
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
  return element("table", {}, head, ...body);
}
