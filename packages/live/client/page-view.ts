import { Announcer } from "./announcer.ts";
import { answerCards } from "./answers.ts";
import { brokerItems } from "./broker-strip.ts";
import type { Chosen } from "./chosen.ts";
import { CurvesSection } from "./curves-section.ts";
import { DetailsPanel } from "./details-panel.ts";
import { doubtItems } from "./doubt-list.ts";
import { element, setText } from "./element.ts";
import { emptyNote } from "./empty-note.ts";
import type { Hearing } from "./hearing.ts";
import { noticeBar, noticeOf } from "./notice.ts";
import { page } from "./phrases/page-phrases.ts";
import { machinePictures, picturesOf } from "./picture.ts";
import { QueueSection } from "./queue-section.ts";
import { Region } from "./region.ts";
import type { StateStore } from "./state-store.ts";
import { statusLine } from "./status-line.ts";
import { type SwitchOptions, switches } from "./switches.ts";
import { TaskSection } from "./task-section.ts";
import type { Voice } from "./voice.ts";

/** What a view is made with. */
export interface PageViewOptions extends SwitchOptions {
  /** The language. */
  readonly voice: Voice;
  /** What is known. */
  readonly store: StateStore;
  /** What is filtered by at first. */
  readonly wanted: string;
}

/** The whole page in one language. Another language is another view. */
export class PageView {
  readonly #options: PageViewOptions;
  readonly #main: HTMLElement = element("main");
  readonly #notice: HTMLElement = noticeBar();
  readonly #status = new Region(element("div", { class: "status" }));
  readonly #answers = new Region(element("div", { class: "answers" }));
  readonly #doubts = new Region(element("ul"));
  readonly #brokers = new Region(element("ul", { class: "brokers" }));
  readonly #empty: HTMLElement;
  readonly #queues: QueueSection;
  readonly #tasks: TaskSection;
  readonly #detailsPlace: HTMLElement = element("div");
  readonly #wholeCharts: HTMLElement;
  readonly #whole: CurvesSection;
  readonly #announcer: Announcer;
  #details: DetailsPanel | undefined;
  #chosen: Chosen = {};
  #mustScroll = false;

  /** Puts the page below `body`. */
  constructor(body: HTMLElement, options: PageViewOptions) {
    const { voice, wanted } = options;
    this.#options = options;
    const said = element("p", { class: "hidden", attributes: { role: "status", id: "said" } });
    this.#announcer = new Announcer(said);
    this.#empty = emptyNote(voice);
    this.#queues = new QueueSection(voice, wanted);
    this.#tasks = new TaskSection(voice);
    const machine = element("div", { class: "charts" });
    this.#whole = new CurvesSection({}, [[picturesOf({})], [machinePictures(), machine]], voice);
    this.#wholeCharts = titled("whole", voice.say(page.whole), this.#whole.root);
    this.#main.append(
      this.#answers.root,
      titled("doubts", voice.say(page.doubts), this.#doubts.root),
      titled("broker-list", voice.say(page.brokers), this.#brokers.root),
      this.#empty,
      this.#detailsPlace,
      this.#queues.root,
      this.#wholeCharts,
      this.#tasks.root,
      titled("machine", voice.say(page.machine), machine),
    );
    const skip = element("a", { class: "skip", text: voice.say(page.skip), attributes: { href: "#queues" } });
    skip.addEventListener("click", (event) => {
      // The address says what is chosen; it stays.
      event.preventDefault();
      this.#queues.root.focus();
    });
    const head = element(
      "header",
      {},
      element("h1", { text: "taskvitals" }),
      this.#status.root,
      element("div", { class: "switches" }, ...switches(voice, options)),
    );
    document.documentElement.lang = voice.language;
    body.replaceChildren(skip, head, this.#notice, this.#main, said);
  }

  /** What is filtered by. */
  get wanted(): string {
    return this.#queues.wanted;
  }

  /** Shows what is known. */
  update(hearing: Hearing): void {
    const { store, voice } = this.#options;
    const { state } = store;
    this.countOn(hearing);
    if (state === undefined) return;
    const now = store.serverNow;
    this.#doubts.draw(state.doubts, () => doubtItems(state.doubts, voice));
    (this.#doubts.root.parentElement as HTMLElement).hidden = state.doubts.length === 0;
    this.#brokers.draw(state.brokers, () => brokerItems(state.brokers, voice));
    const isEmpty = state.queues.length + state.tasks.length === 0;
    this.#empty.hidden = !isEmpty;
    this.#queues.root.hidden = state.queues.length === 0;
    this.#tasks.root.hidden = isEmpty;
    (this.#brokers.root.parentElement as HTMLElement).hidden = state.brokers.length === 0;
    this.#wholeCharts.hidden = isEmpty || this.#chosen.queue !== undefined;
    this.#queues.show(state, now);
    this.#tasks.show(state, this.#chosen, now);
    this.#details?.show(state, now);
    this.#whole.refresh(state.at, now);
    this.#announcer.hear(state, voice);
    // A link to a queue leads to it, once it is on the page.
    if (this.#mustScroll) this.#details?.root.scrollIntoView({ block: "start" });
    this.#mustScroll = false;
    document.title = `${state.answers.health === "attention" ? "! " : ""}${state.about.service} – taskvitals`;
  }

  /** Lets ages count on. */
  countOn(hearing: Hearing): void {
    const { way } = hearing;
    const { store, voice } = this.#options;
    const notice = noticeOf(store, hearing, voice);
    setText(this.#notice, notice.text ?? "");
    this.#notice.hidden = notice.text === undefined;
    document.body.classList.toggle("old", notice.isOld);
    const { serverNow: now, state } = store;
    this.#main.hidden = state === undefined;
    if (state === undefined) return;
    const second = Math.floor(now);
    this.#status.draw([state.about, state.since, way, notice.isOld, second], () =>
      statusLine(state, notice.isOld ? "none" : way, now, voice),
    );
    const { answers, brokers, queues } = state;
    const named = queues.filter(({ queue }) => answers.stuck.includes(queue));
    const ages = named.map(({ readAt }) => (readAt === undefined ? 0 : second - readAt));
    this.#answers.draw([answers, named, brokers, queues.length, voice.language === "en" ? 0 : ages], () =>
      answerCards(state, now, voice),
    );
    this.#queues.table.countOn(now);
    this.#details?.countOn(state, now);
  }

  /** Opens what the address says, or closes the details. */
  choose(chosen: Chosen, isByUser: boolean): void {
    const { store, voice } = this.#options;
    const before = this.#chosen;
    this.#chosen = chosen;
    this.#details?.remove();
    this.#details = chosen.queue === undefined ? undefined : new DetailsPanel(chosen, voice);
    if (this.#details !== undefined) this.#detailsPlace.append(this.#details.root);
    if (store.state !== undefined) {
      this.#wholeCharts.hidden =
        chosen.queue !== undefined || store.state.queues.length + store.state.tasks.length === 0;
      this.#details?.show(store.state, store.serverNow);
      this.#tasks.show(store.state, chosen, store.serverNow);
    }
    this.#mustScroll = !isByUser && this.#details !== undefined;
    if (!isByUser) return;
    if (this.#details !== undefined) {
      this.#details.heading.focus({ preventScroll: true });
      this.#details.root.scrollIntoView({ block: "start" });
    } else if (before.queue !== undefined) this.#queues.table.focus(before.queue);
  }

  /** Takes down what listens. */
  remove(): void {
    this.#details?.remove();
    this.#whole.remove();
  }
}

function titled(name: string, title: string, content: HTMLElement): HTMLElement {
  const id = `${name}-title`;
  return element(
    "section",
    { class: name, attributes: { "aria-labelledby": id } },
    element("h2", { text: title, attributes: { id } }),
    content,
  );
}
