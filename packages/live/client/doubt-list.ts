import type { Doubt } from "../src/live-state.ts";
import { element } from "./element.ts";
import { page } from "./phrases/page-phrases.ts";
import type { Phrase } from "./phrases/phrase.ts";
import { runbookLink } from "./runbook-link.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

const DOUBTS: Readonly<Record<Doubt["doubt"], readonly [what: Phrase, alert: string]>> = {
  events_missed: [page.eventsMissed, "TaskEventsMissed"],
  series_refused: [page.seriesRefused, "TaskSeriesRefused"],
  vitals_failed: [page.vitalsFailed, "TaskVitalsFailing"],
};

/** What the other numbers leave out, each with its runbook. */
export function doubtItems(doubts: readonly Doubt[], voice: Voice): readonly Node[] {
  return doubts.map(({ count, doubt, of }) => {
    const [what, alert] = DOUBTS[doubt];
    const text = voice.say(what, { of: visibleName(of), count: voice.numbers.count(count) });
    return element("li", {}, element("bdi", { text }), " ", runbookLink(alert, voice));
  });
}
