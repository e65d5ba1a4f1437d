import { element } from "./element.ts";
import type { Hearing } from "./hearing.ts";
import { page } from "./phrases/page-phrases.ts";
import type { StateStore } from "./state-store.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

/** Ticks without an answer after which nothing here counts as now any more. */
const SILENT_TICKS = 2;

/** What keeps the page from showing what is true now. */
export interface Notice {
  /** Whether the numbers are old, and must not look as if they were of now. */
  readonly isOld: boolean;
  /** What is said; absent where all is well. */
  readonly text?: string;
}

/**
 * What is wrong with what is shown.
 *
 * @param hearing - how the page hears of the process
 */
export function noticeOf(store: StateStore, { isRefused, isResuming }: Hearing, voice: Voice): Notice {
  const { serverNow, silentSeconds, state } = store;
  if (state === undefined || silentSeconds === undefined) {
    return { isOld: true, text: voice.say(isRefused ? page.noAnswerYet : page.connecting) };
  }
  const { numbers } = voice;
  const known =
    state.at === 0 ? voice.say(page.nothingKnown) : voice.say(page.lastKnown, { clock: numbers.clock(state.at) });
  if (isResuming && !isRefused) return { isOld: true, text: `${voice.say(page.resuming)} ${known}` };
  if (isRefused || silentSeconds > SILENT_TICKS * state.tickSeconds + 1) {
    // Since its last reading, of which it told: that is how old the numbers are.
    const time = numbers.age(state.failure === undefined && state.at > 0 ? serverNow - state.at : silentSeconds);
    return { isOld: true, text: `${voice.say(page.noAnswer, { time })} ${known}` };
  }
  if (state.failure !== undefined) {
    return { isOld: true, text: `${voice.say(page.failed, { why: visibleName(state.failure) })} ${known}` };
  }
  return { isOld: false };
}

/** The notice as it stands on the page. */
export function noticeBar(): HTMLElement {
  return element("div", { class: "notice", attributes: { role: "status" } });
}
