import type { LiveState, TaskRow } from "../src/live-state.ts";
import { type Chosen, chosenHash } from "./chosen.ts";
import { element } from "./element.ts";
import { page } from "./phrases/page-phrases.ts";
import { words } from "./phrases/word-phrases.ts";
import { taskColumns } from "./queue-columns.ts";
import { taskKey } from "./state-store.ts";
import { VirtualTable } from "./virtual-table.ts";
import type { Voice } from "./voice.ts";

/** The table of tasks: of all queues, or of the one that is chosen. */
export class TaskSection {
  /** What is put on the page. */
  readonly root: HTMLElement;
  readonly #table: VirtualTable<TaskRow>;
  readonly #none: HTMLElement;

  /** Shows nothing before {@link show}. */
  constructor(voice: Voice) {
    this.#table = new VirtualTable<TaskRow>(
      {
        label: page.tasks,
        nameHeading: words.task,
        columns: taskColumns,
        order: { by: "queue", isDescending: false },
        keyOf: taskKey,
        nameOf: ({ task }) => task,
        hrefOf: ({ queue, task }) => chosenHash({ queue, task }),
      },
      voice,
    );
    this.#none = element("p", { class: "note", text: voice.say(page.noTasks) });
    this.root = element(
      "section",
      { class: "tasks", attributes: { "aria-labelledby": "tasks-title" } },
      element("h2", { text: voice.say(page.tasks), attributes: { id: "tasks-title" } }),
      this.#table.root,
      this.#none,
    );
  }

  /** Shows the tasks of the chosen queue, or all. */
  show({ tasks }: LiveState, { queue }: Chosen, now: number): void {
    const rows = queue === undefined ? tasks : tasks.filter((row) => row.queue === queue);
    this.#table.show(rows, now);
    this.#table.root.hidden = rows.length === 0;
    this.#none.hidden = rows.length > 0;
  }
}
