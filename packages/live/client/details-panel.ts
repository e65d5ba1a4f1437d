import type { LiveState, QueueRow, TaskRow } from "../src/live-state.ts";
import { nextStep } from "./answers.ts";
import type { CellText } from "./cell-text.ts";
import {
  failureText,
  oldestText,
  rateText,
  readingText,
  readyText,
  runText,
  slotsText,
  waitText,
} from "./cell-text.ts";
import { type Chosen, chosenHash } from "./chosen.ts";
import { CurvesSection } from "./curves-section.ts";
import { element } from "./element.ts";
import { queueFinding } from "./findings.ts";
import { page } from "./phrases/page-phrases.ts";
import type { Phrase } from "./phrases/phrase.ts";
import { words } from "./phrases/word-phrases.ts";
import { picturesOf } from "./picture.ts";
import { Region } from "./region.ts";
import { queueMark } from "./verdict-mark.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

/** The details of a chosen queue or task. */
export class DetailsPanel {
  /** What is put on the page. */
  readonly root: HTMLElement;
  /** Its heading, which takes the focus when it opens. */
  readonly heading: HTMLElement;
  readonly #chosen: Chosen;
  readonly #voice: Voice;
  readonly #facts = new Region(element("div"));
  readonly #curves: CurvesSection;

  /** Opens what is chosen. */
  constructor(chosen: Chosen, voice: Voice) {
    this.#chosen = chosen;
    this.#voice = voice;
    this.#curves = new CurvesSection(chosen, [[picturesOf(chosen)]], voice);
    const queue = visibleName(chosen.queue ?? "");
    const task = chosen.task === undefined ? undefined : visibleName(chosen.task);
    const title =
      task === undefined ? voice.say(page.details, { queue }) : voice.say(page.taskDetails, { queue, task });
    this.heading = element(
      "h2",
      { attributes: { tabindex: "-1", id: "details-title" } },
      element("bdi", { text: title }),
    );
    const link = (text: string, to: Chosen): HTMLElement =>
      element("a", { class: "button", text, attributes: { href: chosenHash(to) } });
    const up =
      chosen.task === undefined || chosen.queue === undefined
        ? []
        : [link(voice.say(page.backToQueue), { queue: chosen.queue })];
    this.root = element(
      "section",
      { class: "details", attributes: { "aria-labelledby": "details-title" } },
      element("div", { class: "bar" }, this.heading, ...up, link(`✕ ${voice.say(page.close)}`, {})),
      this.#facts.root,
      this.#curves.root,
    );
  }

  /** Shows what is known now. */
  show(state: LiveState, now: number): void {
    this.countOn(state, now);
    this.#curves.refresh(state.at, now);
  }

  /** Shows the same facts at another time: ages count on. */
  countOn(state: LiveState, now: number): void {
    const { queue, task } = this.#chosen;
    const row = state.queues.find((one) => one.queue === queue);
    const taskRow = state.tasks.find((one) => one.queue === queue && one.task === task);
    const known = task === undefined ? row : taskRow;
    const reading = row && task === undefined ? readingText(row, now, this.#voice).text : undefined;
    this.#facts.draw([row, taskRow, reading], () => {
      if (known === undefined) return [element("p", { class: "note", text: this.#voice.say(page.gone) })];
      if (task === undefined && row !== undefined) return this.#ofQueue(row, now);
      return [this.#list(this.#counted(known))];
    });
  }

  /** Takes it off the page. */
  remove(): void {
    this.#curves.remove();
    this.root.remove();
  }

  #ofQueue(row: QueueRow, now: number): readonly Node[] {
    const voice = this.#voice;
    const { because, next } = queueFinding(row, now, voice);
    const number = (value: number | undefined): CellText[] =>
      value === undefined ? [] : [{ text: voice.numbers.count(value) }];
    const facts: readonly (readonly [Phrase, CellText])[] = [
      [words.ready, readyText(row, voice)],
      [words.oldest, oldestText(row, voice)],
      [words.activeSlots, slotsText(row, voice)],
      ...number(row.workers).map((text) => [words.workers, text] as const),
      ...number(row.delayed).map((text) => [words.delayed, text] as const),
      ...number(row.overdue).map((text) => [words.overdue, text] as const),
      ...this.#counted(row),
      [words.reading, readingText(row, now, voice)],
    ];
    const paused = row.paused === true ? [element("span", { class: "fact", text: voice.say(words.paused) })] : [];
    return [
      element(
        "p",
        { class: "verdict" },
        queueMark(row.verdict, voice),
        ...paused,
        element("bdi", { text: visibleName(because) }),
      ),
      ...nextStep(next, row.alert, voice),
      this.#list(facts),
    ];
  }

  #counted(row: QueueRow | TaskRow): readonly (readonly [Phrase, CellText])[] {
    const voice = this.#voice;
    return [
      [words.perSecond, rateText(row, voice)],
      [words.failureRatio, failureText(row, voice)],
      ...(row.retried === undefined ? [] : [[words.retried, { text: voice.numbers.count(row.retried) }] as const]),
      [words.waitP95, waitText(row, voice)],
      [words.runP95, runText(row, voice)],
    ];
  }

  #list(facts: readonly (readonly [Phrase, CellText])[]): HTMLElement {
    const items = facts.map(([name, { text, why }]) =>
      element(
        "div",
        {},
        element("dt", { text: this.#voice.say(name) }),
        element(
          "dd",
          { attributes: { title: why } },
          text,
          ...(why === undefined ? [] : [element("small", { text: why })]),
        ),
      ),
    );
    return element("dl", { class: "facts" }, ...items);
  }
}
