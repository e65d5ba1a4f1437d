import { RUNBOOK_URL } from "@taskvitals/rules";
import { element } from "./element.ts";
import { page } from "./phrases/page-phrases.ts";
import { visibleName } from "./visible-name.ts";
import type { Voice } from "./voice.ts";

/** A link to the runbook of an alert; to all of them where there is none. */
export function runbookLink(alert: string | undefined, voice: Voice): HTMLElement {
  const href = alert === undefined ? RUNBOOK_URL : `${RUNBOOK_URL}#${encodeURIComponent(alert.toLowerCase())}`;
  return element("a", {
    class: "runbook",
    text: alert === undefined ? voice.say(page.runbook) : voice.say(page.runbookOf, { name: visibleName(alert) }),
    attributes: { href, target: "_blank", rel: "noopener noreferrer" },
  });
}

/** The same where there is little room: the name of the alert is for those who hear the page or point at the link. */
export function shortRunbookLink(alert: string | undefined, voice: Voice): HTMLElement {
  const link = runbookLink(alert, voice);
  const whole = link.textContent;
  link.textContent = voice.say(page.runbook);
  link.title = whole;
  link.setAttribute("aria-label", whole);
  return link;
}
