import { element, setAttribute } from "./element.ts";
import type { Phrase } from "./phrases/phrase.ts";
import { sortedRows, type TableColumn, type TableOrder } from "./table-column.ts";
import { TableRow } from "./table-row.ts";
import { rowWindow } from "./virtual-rows.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

/** Below this width rows are cards; the style sheet says the same, and how tall both are. */
const NARROW = "(max-width: 760px)";
/** Height of a row in pixels, as the style sheet has it. */
const ROW_HEIGHT = 40;
/** Height of a card. */
const CARD_HEIGHT = 196;

/** What a table shows. */
export interface VirtualTableOptions<Row> {
  /** What it is called. */
  readonly label: Phrase;
  /** Heading of the names. */
  readonly nameHeading: Phrase;
  /** The columns after the name. */
  readonly columns: readonly TableColumn<Row>[];
  /** How it is sorted first. */
  readonly order: TableOrder;
  /** What tells rows apart. */
  readonly keyOf: (row: Row) => string;
  /** The name of a row. */
  readonly nameOf: (row: Row) => string;
  /** Where its name leads. */
  readonly hrefOf: (row: Row) => string;
}

/** A table that is sorted and walked by keys, of which only the rows in sight are on the page. */
export class VirtualTable<Row> {
  /** What is put on the page. */
  readonly root: HTMLElement;
  readonly #options: VirtualTableOptions<Row>;
  readonly #columns: readonly TableColumn<Row>[];
  readonly #voice: Voice;
  readonly #table: HTMLTableElement;
  readonly #body: HTMLElement = element("tbody", { attributes: { role: "rowgroup" } });
  readonly #before: HTMLElement = spacer();
  readonly #after: HTMLElement = spacer();
  readonly #heads = new Map<string, HTMLElement>();
  readonly #drawn = new Map<string, TableRow<Row>>();
  readonly #narrow = matchMedia(NARROW);
  #order: TableOrder;
  #rows: readonly Row[] = [];
  #sorted: readonly Row[] = [];
  #now = 0;
  #current: string | undefined;

  /** Shows nothing before {@link show}. */
  constructor(options: VirtualTableOptions<Row>, voice: Voice) {
    this.#options = options;
    this.#voice = voice;
    this.#order = options.order;
    const { columns, keyOf, label, nameHeading, nameOf } = options;
    this.#columns = [{ key: "name", name: nameHeading, text: () => ({ text: "" }), value: nameOf }, ...columns];
    const heads = this.#columns.map((column, place) => this.#head(column, place));
    this.#table = element(
      "table",
      { attributes: { role: "table", "aria-label": voice.say(label), "aria-colcount": String(heads.length) } },
      element(
        "thead",
        { attributes: { role: "rowgroup" } },
        element("tr", { attributes: { role: "row", "aria-rowindex": "1" } }, ...heads),
      ),
      this.#body,
    );
    this.#body.append(this.#before, this.#after);
    this.root = element("div", { class: "scroller", attributes: { tabindex: "-1" } }, this.#table);
    this.root.addEventListener("scroll", () => this.#draw(), { passive: true });
    this.root.addEventListener("keydown", (event) => this.#onKey(event));
    this.root.addEventListener("focusin", ({ target }) => {
      const row = [...this.#drawn.values()].find(({ root }) => root.contains(target as Node));
      if (row !== undefined) this.#current = keyOf(row.row);
    });
    this.#narrow.addEventListener("change", () => this.#draw());
  }

  /**
   * Shows rows, in the order of the server.
   *
   * @param now - the time of the process, in Unix seconds
   */
  show(rows: readonly Row[], now: number): void {
    this.#rows = rows;
    this.#now = now;
    this.#sort();
    this.#draw();
  }

  /** Draws the ages of what is in sight anew. */
  countOn(now: number): void {
    this.#now = now;
    for (const row of this.#drawn.values()) row.update(row.row, now);
  }

  /** Puts the focus on a row, or on the one that had it. */
  focus(key: string | undefined = this.#current): void {
    const index = this.#sorted.findIndex((row) => this.#options.keyOf(row) === key);
    if (index >= 0) this.#focusIndex(index);
  }

  get #rowHeight(): number {
    return this.#narrow.matches ? CARD_HEIGHT : ROW_HEIGHT;
  }

  #head(column: TableColumn<Row>, place: number): HTMLElement {
    const button = element("button", {
      attributes: { type: "button" },
      text: this.#voice.say(column.name),
      onClick: () => this.#sortBy(column.key),
    });
    const head = element(
      "th",
      { class: place > 1 ? "number" : "", attributes: { role: "columnheader", scope: "col" } },
      button,
    );
    this.#heads.set(column.key, head);
    return head;
  }

  #sortBy(by: string): void {
    const isText = by === "name" || by === "queue";
    this.#order = { by, isDescending: this.#order.by === by ? !this.#order.isDescending : !isText };
    this.#sort();
    this.root.scrollTop = 0;
    this.#draw();
  }

  #sort(): void {
    this.#sorted = sortedRows(this.#rows, this.#columns, this.#order);
    for (const [key, head] of this.#heads) {
      const isIt = key === this.#order.by;
      setAttribute(head, "aria-sort", isIt ? (this.#order.isDescending ? "descending" : "ascending") : "none");
    }
  }

  #draw(): void {
    const focused = this.#focusedKey();
    const height = this.#rowHeight;
    const view = rowWindow(this.#sorted.length, height, this.root.scrollTop, this.root.clientHeight || 600);
    setAttribute(this.#table, "aria-rowcount", String(this.#sorted.length + 1));
    setHeight(this.#before, view.before);
    setHeight(this.#after, view.after);
    const left = new Set(this.#drawn.keys());
    const { keyOf } = this.#options;
    const inSight = this.#sorted.slice(view.first, view.end);
    const tabbed = inSight.find((row) => keyOf(row) === this.#current) ?? inSight[0];
    let place: ChildNode | null = this.#before.nextSibling;
    inSight.forEach((row, index) => {
      const key = keyOf(row);
      left.delete(key);
      const drawn = this.#drawn.get(key) ?? this.#newRow(key, row);
      drawn.update(row, this.#now);
      drawn.place(view.first + index + 2, row === tabbed);
      if (place === drawn.root) place = drawn.root.nextSibling;
      else this.#body.insertBefore(drawn.root, place);
    });
    for (const key of left) {
      this.#drawn.get(key)?.root.remove();
      this.#drawn.delete(key);
    }
    if (focused === undefined || this.#focusedKey() === focused) return;
    // The row was moved or is out of sight: the keys go on from where they were.
    (this.#drawn.get(focused)?.link ?? this.root).focus({ preventScroll: true });
  }

  #newRow(key: string, row: Row): TableRow<Row> {
    const { hrefOf, nameOf } = this.#options;
    const made = new TableRow(row, { columns: this.#columns.slice(1), voice: this.#voice });
    made.link.textContent = visibleName(nameOf(row));
    made.link.title = visibleName(nameOf(row));
    made.link.setAttribute("href", hrefOf(row));
    this.#drawn.set(key, made);
    return made;
  }

  #focusedKey(): string | undefined {
    const { activeElement } = document;
    for (const [key, { link }] of this.#drawn) if (link === activeElement) return key;
    return undefined;
  }

  #onKey(event: KeyboardEvent): void {
    const last = this.#sorted.length - 1;
    const { keyOf } = this.#options;
    const at = this.#sorted.findIndex((row) => keyOf(row) === this.#current);
    const screenful = Math.max(1, Math.floor(this.root.clientHeight / this.#rowHeight) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + screenful,
      PageUp: at - screenful,
      Home: 0,
      End: last,
    };
    const wanted = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    if (wanted === undefined || last < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#focusIndex(Math.min(last, Math.max(0, wanted)));
  }

  #focusIndex(index: number): void {
    const row = this.#sorted[index];
    if (row === undefined) return;
    const height = this.#rowHeight;
    const head = this.#narrow.matches ? 0 : ROW_HEIGHT;
    const { clientHeight, scrollTop } = this.root;
    const top = index * height;
    if (top < scrollTop) this.root.scrollTop = top;
    else if (top + height + head > scrollTop + clientHeight) this.root.scrollTop = top + height + head - clientHeight;
    this.#current = this.#options.keyOf(row);
    this.#draw();
    this.#drawn.get(this.#current)?.link.focus({ preventScroll: true });
  }
}

function spacer(): HTMLElement {
  return element("tr", { class: "spacer", attributes: { "aria-hidden": "true" } }, element("td"));
}

function setHeight(row: HTMLElement, height: number): void {
  row.style.setProperty("height", `${height}px`);
  row.hidden = height === 0;
}
