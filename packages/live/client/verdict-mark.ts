import type { BrokerVerdict } from "@taskvitals/rules";
import type { LiveQueueVerdict } from "../src/live-state.ts";
import { element } from "./element.ts";
import { brokerVerdicts, queueVerdicts } from "./phrases/word-phrases.ts";
import type { Voice } from "./voice.ts";

/** How bad it is: a colour, and a sign for those who see none. */
export type Tone = "good" | "warn" | "bad" | "dim";

const SIGNS: Readonly<Record<Tone, string>> = { good: "✓", warn: "!", bad: "✗", dim: "?" };

const TONES: Readonly<Record<LiveQueueVerdict | BrokerVerdict, Tone>> = {
  blind: "bad",
  starving: "bad",
  stuck: "bad",
  failing: "warn",
  backlog: "warn",
  unread: "dim",
  healthy: "good",
  away: "bad",
  full: "bad",
  slow: "warn",
  unknown: "dim",
};

/** A word with its sign and colour. */
export function mark(tone: Tone, word: string): HTMLElement {
  const sign = element("span", { class: "sign", text: SIGNS[tone], attributes: { "aria-hidden": "true" } });
  return element("span", { class: `mark ${tone}` }, sign, word);
}

/** The verdict on a queue. */
export function queueMark(verdict: LiveQueueVerdict, voice: Voice): HTMLElement {
  return mark(TONES[verdict], voice.say(queueVerdicts[verdict]));
}

/** The verdict on a broker. */
export function brokerMark(verdict: BrokerVerdict, voice: Voice): HTMLElement {
  return mark(TONES[verdict], voice.say(brokerVerdicts[verdict]));
}
