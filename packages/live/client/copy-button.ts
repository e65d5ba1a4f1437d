import { element, setText } from "./element.ts";
import { page } from "./phrases/page-phrases.ts";
import type { Voice } from "./voice.ts";

/** How long the button says that it copied, in milliseconds. */
const FEEDBACK_MS = 2000;

/** A button that copies a query, and says so. Where the browser allows no copying, the query is shown to be selected. */
export function copyButton(query: string, name: string, voice: Voice): HTMLElement {
  const label = voice.say(page.copy);
  const shown = element("code", { class: "query", text: query, attributes: { tabindex: "0" } });
  const said = element("span", { class: "hidden", attributes: { role: "status" } });
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(query);
      setText(button, `✓ ${voice.say(page.copied)}`);
      setText(said, voice.say(page.copied));
    } catch {
      // Without TLS on another host than this one, browsers keep the clipboard to themselves.
      box.append(shown);
      setText(said, voice.say(page.copyFailed));
      getSelection()?.selectAllChildren(shown);
    }
    setTimeout(() => {
      setText(button, label);
      setText(said, "");
    }, FEEDBACK_MS);
  };
  const button = element("button", {
    class: "copy",
    text: label,
    attributes: { type: "button", "aria-label": `${label}: ${name}`, title: query },
    onClick: () => void copy(),
  });
  const box = element("span", { class: "copier" }, button, said);
  return box;
}
