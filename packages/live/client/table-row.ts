import { element, setAttribute, setText } from "./element.ts";
import { DASH } from "./number-text.ts";
import type { TableColumn } from "./table-column.ts";
import type { Voice } from "./voice.ts";

/** What a row is drawn with. */
export interface TableRowOptions<Row> {
  /** The columns after the name. */
  readonly columns: readonly TableColumn<Row>[];
  /** The language. */
  readonly voice: Voice;
}

/** One row of a table; its roles are spelled out, because as a card it is no table row to the browser. */
export class TableRow<Row> {
  /** What is put on the page. */
  readonly root: HTMLElement;
  /** Its name, which leads to its details. */
  readonly link: HTMLAnchorElement = element("a");
  readonly #cells: readonly HTMLElement[];
  readonly #options: TableRowOptions<Row>;
  #row: Row;

  /** Draws the cells without their texts. */
  constructor(row: Row, options: TableRowOptions<Row>) {
    this.#row = row;
    this.#options = options;
    this.#cells = options.columns.map(({ draw, key, name }) =>
      element("td", {
        class: draw === undefined ? "number" : "",
        attributes: { role: "cell", "data-column": key, "data-label": options.voice.say(name) },
      }),
    );
    const name = element("th", { attributes: { role: "rowheader", scope: "row" } }, element("bdi", {}, this.link));
    this.root = element("tr", { attributes: { role: "row" } }, name, ...this.#cells);
  }

  /** What it shows. */
  get row(): Row {
    return this.#row;
  }

  /** Shows a row at a time of the process. */
  update(row: Row, now: number): void {
    this.#row = row;
    const { columns, voice } = this.#options;
    for (const [place, column] of columns.entries()) {
      const cell = this.#cells[place];
      if (cell === undefined) continue;
      drawCell(cell, column, { row, voice, now });
    }
  }

  /** Says which row of all it is, and whether the tabulator stops at it. */
  place(index: number, isTabbed: boolean): void {
    setAttribute(this.root, "aria-rowindex", String(index));
    setAttribute(this.link, "tabindex", isTabbed ? "0" : "-1");
  }
}

function drawCell<Row>(
  cell: HTMLElement,
  { draw, text: textOf }: TableColumn<Row>,
  { row, voice, now }: { readonly row: Row; readonly voice: Voice; readonly now: number },
): void {
  const { text, why } = textOf(row, voice, now);
  setAttribute(cell, "title", why);
  if (draw !== undefined) {
    if (cell.dataset.text === text && cell.hasChildNodes()) return;
    cell.dataset.text = text;
    cell.replaceChildren(draw(row, voice));
    return;
  }
  const isUnknown = text === DASH && why !== undefined;
  cell.classList.toggle("unknown", isUnknown);
  if (!isUnknown) {
    setText(cell, text);
  } else if (cell.textContent !== `${text}${why}`) {
    // A title is not read out: the reason stands beside the dash, out of sight.
    cell.replaceChildren(
      element("span", { text, attributes: { "aria-hidden": "true" } }),
      element("span", { class: "hidden", text: why }),
    );
  }
}
