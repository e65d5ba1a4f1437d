import type { LiveState } from "../src/live-state.ts";
import { element } from "./element.ts";
import { page } from "./phrases/page-phrases.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

/** Whose numbers these are, since when, and how they come. */
export function statusLine(
  state: LiveState,
  way: "stream" | "polling" | "none",
  now: number,
  voice: Voice,
): readonly Node[] {
  const { about, since, tickSeconds } = state;
  const time = voice.numbers.duration(tickSeconds);
  const item = (text: string, name = "item"): HTMLElement => element("span", { class: name, text });
  return [
    element("bdi", { class: "service", text: visibleName(about.service) }),
    item(voice.say(page.process, { pid: String(about.pid) })),
    item(voice.say(about.tasksOf === "process" ? page.ofProcess : page.ofPlatform)),
    item(voice.say(page.watchedFor, { time: voice.numbers.age(Math.max(0, now - since)) }), "item watched"),
    ...(way === "none" ? [] : [item(voice.say(way === "stream" ? page.live : page.polling, { time }), `item ${way}`)]),
    ...(/^\/(?!\/)/.test(about.metricsPath)
      ? [element("a", { text: voice.say(page.metrics), attributes: { href: about.metricsPath } })]
      : []),
  ];
}
