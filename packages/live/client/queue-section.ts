import type { LiveState, QueueRow } from "../src/live-state.ts";
import { chosenHash } from "./chosen.ts";
import { element, setText } from "./element.ts";
import { page } from "./phrases/page-phrases.ts";
import { queueVerdicts, words } from "./phrases/word-phrases.ts";
import { queueColumns } from "./queue-columns.ts";
import { VirtualTable } from "./virtual-table.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

/** The table of queues with its filter. */
export class QueueSection {
  /** What is put on the page. */
  readonly root: HTMLElement;
  /** The table. */
  readonly table: VirtualTable<QueueRow>;
  readonly #voice: Voice;
  readonly #filter: HTMLInputElement;
  readonly #count: HTMLElement = element("span", { class: "count", attributes: { role: "status" } });
  readonly #none: HTMLElement;
  #rows: readonly QueueRow[] = [];
  #now = 0;

  /** @param wanted - what is filtered by at first */
  constructor(voice: Voice, wanted: string) {
    this.#voice = voice;
    this.table = new VirtualTable<QueueRow>(
      {
        label: page.queues,
        nameHeading: words.queue,
        columns: queueColumns,
        order: { by: "state", isDescending: true },
        keyOf: ({ queue }) => queue,
        nameOf: ({ queue }) => queue,
        hrefOf: ({ queue }) => chosenHash({ queue }),
      },
      voice,
    );
    this.#filter = element("input", {
      attributes: {
        type: "search",
        placeholder: voice.say(page.filter),
        "aria-label": voice.say(page.filter),
        autocomplete: "off",
        spellcheck: "false",
      },
    });
    this.#filter.value = wanted;
    this.#filter.addEventListener("input", () => this.#draw());
    this.#none = element("p", { class: "note", text: voice.say(page.noMatch) });
    this.root = element(
      "section",
      { class: "queues", attributes: { id: "queues", tabindex: "-1", "aria-labelledby": "queues-title" } },
      element(
        "div",
        { class: "bar" },
        element("h2", { text: voice.say(page.queues), attributes: { id: "queues-title" } }),
        this.#filter,
        this.#count,
      ),
      this.table.root,
      this.#none,
      element("p", { class: "keys", text: voice.say(page.keys) }),
    );
  }

  /** What is filtered by. */
  get wanted(): string {
    return this.#filter.value;
  }

  /** Shows the queues. */
  show({ queues }: LiveState, now: number): void {
    this.#rows = queues;
    this.#now = now;
    this.#draw();
  }

  #draw(): void {
    const wanted = this.#filter.value.trim().toLowerCase();
    const rows = wanted === "" ? this.#rows : this.#rows.filter((row) => this.#textOf(row).includes(wanted));
    this.table.show(rows, this.#now);
    const { numbers } = this.#voice;
    setText(
      this.#count,
      this.#voice.say(page.shown, { count: numbers.count(rows.length), all: numbers.count(this.#rows.length) }),
    );
    this.#none.hidden = rows.length > 0;
  }

  #textOf({ queue, verdict }: QueueRow): string {
    return `${visibleName(queue)}\n${queue}\n${verdict}\n${this.#voice.say(queueVerdicts[verdict])}`.toLowerCase();
  }
}
