import type { LiveState, QueueRow } from "../src/live-state.ts";
import { chosenHash } from "./chosen.ts";
import { element } from "./element.ts";
import { queueFinding } from "./findings.ts";
import { page } from "./phrases/page-phrases.ts";
import type { Phrase } from "./phrases/phrase.ts";
import { brokerVerdicts, queueVerdicts } from "./phrases/word-phrases.ts";
import { runbookLink } from "./runbook-link.ts";
import { mark, queueMark, type Tone } from "./verdict-mark.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

const HEALTH: Readonly<Record<LiveState["answers"]["health"], readonly [tone: Tone, word: Phrase]>> = {
  healthy: ["good", page.healthy],
  attention: ["bad", page.attention],
  unknown: ["dim", page.unknownHealth],
};

const SCALE: Readonly<
  Record<LiveState["answers"]["scale"]["answer"], readonly [tone: Tone, word: Phrase, why: Phrase]>
> = {
  out: ["bad", page.workersOut, page.workersOutWhy],
  look: ["warn", page.workersLook, page.workersLookWhy],
  enough: ["good", page.workersEnough, page.workersEnoughWhy],
  unknown: ["dim", page.notKnown, page.workersUnknownWhy],
};

/** The three questions and their answers. */
export function answerCards(state: LiveState, now: number, voice: Voice): readonly Node[] {
  return [healthCard(state, voice), stuckCard(state, now, voice), scaleCard(state, voice)];
}

/** A link to a queue by its name. */
export function queueLink(queue: string): HTMLElement {
  const link = element("a", { text: visibleName(queue), attributes: { href: chosenHash({ queue }) } });
  return element("bdi", { class: "name" }, link);
}

function card(name: string, question: string, answer: HTMLElement, ...rest: readonly Node[]): HTMLElement {
  answer.classList.add("answer");
  return element("article", { class: `card ${name}` }, element("h2", { text: question }), answer, ...rest);
}

function healthCard({ answers, brokers, queues }: LiveState, voice: Voice): HTMLElement {
  const [tone, word] = HEALTH[answers.health];
  const count = (phrase: Phrase, number: number): string => `${voice.numbers.count(number)} ${voice.say(phrase)}`;
  const parts = (counts: readonly string[], heading: Phrase): HTMLElement[] =>
    counts.length === 0 ? [] : [element("p", { text: `${voice.say(heading)}: ${counts.join(", ")}` })];
  const byQueue = keysOf(queueVerdicts).flatMap((verdict) => {
    const number = answers.queuesBy[verdict];
    return number === undefined ? [] : [count(queueVerdicts[verdict], number)];
  });
  const byBroker = keysOf(brokerVerdicts).flatMap((verdict) => {
    const number = answers.brokersBy[verdict];
    return number === undefined ? [] : [count(brokerVerdicts[verdict], number)];
  });
  const lines = [
    ...parts(byQueue, page.queues),
    ...(brokers.length === 0 ? [] : parts(byBroker, page.brokers)),
    ...(queues.length === 0 && brokers.length === 0 ? [element("p", { text: voice.say(page.nothingSeen) })] : []),
  ];
  return card("health", voice.say(page.isHealthy), mark(tone, voice.say(word)), ...lines);
}

function stuckCard({ answers, brokers, queues }: LiveState, now: number, voice: Voice): HTMLElement {
  const question = voice.say(page.whereStuck);
  if (answers.stuck.length === 0) {
    const isBroker = brokers.some(({ verdict }) => verdict !== "healthy");
    const isKnown = queues.some(({ verdict }) => verdict === "healthy");
    const [tone, word]: [Tone, Phrase] = isBroker
      ? ["warn", page.brokerOnly]
      : isKnown
        ? ["good", page.nowhere]
        : ["dim", page.notKnown];
    const why = isBroker
      ? []
      : [element("p", { text: voice.say(isKnown ? page.queuesHealthy : page.workersNothingWhy) })];
    return card("stuck", question, mark(tone, voice.say(word)), ...why);
  }
  const ill = queues.filter(({ verdict }) => verdict !== "healthy" && verdict !== "unread").length;
  const head = voice.say(page.stuckCount, { count: voice.numbers.count(ill), all: voice.numbers.count(queues.length) });
  const rows = answers.stuck.flatMap((name) => queues.filter(({ queue }) => queue === name));
  const more = ill - rows.length;
  return card(
    "stuck",
    question,
    mark("bad", head),
    element("ul", { class: "findings" }, ...rows.map((row) => findingItem(row, now, voice))),
    ...(more > 0 ? [element("p", { text: voice.say(page.more, { count: voice.numbers.count(more) }) })] : []),
  );
}

function findingItem(row: QueueRow, now: number, voice: Voice): HTMLElement {
  const { because, next } = queueFinding(row, now, voice);
  return element(
    "li",
    {},
    element("div", { class: "finding-head" }, queueLink(row.queue), queueMark(row.verdict, voice)),
    element("p", {}, element("bdi", { text: visibleName(because) })),
    ...nextStep(next, row.alert, voice),
  );
}

/** What to do next, and the runbook. */
export function nextStep(next: string | undefined, alert: string | undefined, voice: Voice): readonly HTMLElement[] {
  if (next === undefined && alert === undefined) return [];
  const words =
    next === undefined
      ? []
      : [element("b", { text: `${voice.say(page.next)}: ` }), element("bdi", { text: visibleName(next) }), " "];
  return [element("p", { class: "next" }, ...words, ...(alert === undefined ? [] : [runbookLink(alert, voice)]))];
}

function scaleCard({ answers, queues }: LiveState, voice: Voice): HTMLElement {
  const { active, answer, queues: names, slots } = answers.scale;
  const [tone, word, why] = SCALE[answer];
  const reason = queues.length === 0 ? page.workersNothingWhy : why;
  const busy =
    slots === undefined || active === undefined
      ? []
      : [
          element("p", {
            text: voice.say(page.slotsBusy, { active: voice.numbers.count(active), slots: voice.numbers.count(slots) }),
          }),
        ];
  const list =
    names.length === 0
      ? []
      : [element("ul", { class: "names" }, ...names.map((name) => element("li", {}, queueLink(name))))];
  return card(
    "scale",
    voice.say(page.needWorkers),
    mark(tone, voice.say(word)),
    element("p", { text: voice.say(reason) }),
    ...list,
    ...busy,
  );
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(record) as Key[];
}
