import type { LiveState } from "../src/live-state.ts";
import { page } from "./phrases/page-phrases.ts";
import { queueVerdicts } from "./phrases/word-phrases.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

/** Queues that are named at once; more would be read out for minutes. */
const MOST = 3;

/** Says aloud which verdicts changed, and is silent while none does. */
export class Announcer {
  readonly #node: HTMLElement;
  #before: ReadonlyMap<string, string> | undefined;

  /** @param node - a live region */
  constructor(node: HTMLElement) {
    this.#node = node;
  }

  /** Compares with the state before. The first one is not read out: it stands on the page. */
  hear({ queues }: LiveState, voice: Voice): void {
    const now = new Map(queues.map(({ queue, verdict }) => [queue, verdict]));
    const changed =
      this.#before === undefined
        ? []
        : queues.filter(({ queue, verdict }) => (this.#before?.get(queue) ?? verdict) !== verdict);
    this.#before = now;
    if (changed.length === 0) return;
    const named = changed
      .slice(0, MOST)
      .map(({ queue, verdict }) =>
        voice.say(page.verdictChanged, { queue: visibleName(queue), verdict: voice.say(queueVerdicts[verdict]) }),
      );
    const more = changed.length - named.length;
    const rest = more > 0 ? [voice.say(page.more, { count: voice.numbers.count(more) })] : [];
    this.say([...named, ...rest].join(". "));
  }

  /** Says one sentence. */
  say(text: string): void {
    if (this.#node.textContent !== text) this.#node.textContent = text;
  }
}
