import { readChosen } from "./chosen.ts";
import { Connection } from "./connection.ts";
import type { Hearing } from "./hearing.ts";
import { PageView } from "./page-view.ts";
import { LANGUAGES, type Language, preferredLanguage } from "./phrases/phrase.ts";
import { remember, remembered } from "./remembered.ts";
import { StateStore } from "./state-store.ts";
import { THEMES, type Theme } from "./switches.ts";
import { Voice } from "./voice.ts";

/** Starts the page: draws it, listens to the process, and follows the address. */
export function startPage(): void {
  const store = new StateStore(
    () => performance.now(),
    () => Date.now(),
  );
  let language: Language = remembered("language", LANGUAGES) ?? preferredLanguage(navigator.languages);
  let theme: Theme = remembered("theme", THEMES) ?? "auto";
  let isRefused = false;
  let isResuming = false;
  let view: PageView | undefined;

  const hearing = (): Hearing => ({ way: connection.way, isRefused, isResuming });
  const draw = (): void => {
    const wanted = view?.wanted ?? "";
    view?.remove();
    document.documentElement.dataset.theme = theme;
    view = new PageView(document.body, {
      voice: new Voice(language),
      store,
      wanted,
      theme,
      onLanguage: (chosen) => {
        language = chosen;
        remember("language", chosen);
        draw();
        document.querySelector<HTMLElement>(".switches select")?.focus();
      },
      onTheme: (chosen) => {
        theme = chosen;
        remember("theme", chosen === "auto" ? undefined : chosen);
        draw();
        document.querySelector<HTMLElement>(".switches label:last-child select")?.focus();
      },
    });
    view.choose(readChosen(location.hash), false);
    view.update(hearing());
  };
  const hear = (take: () => void): void => {
    isRefused = false;
    isResuming = false;
    take();
    view?.update(hearing());
  };
  const connection = new Connection({
    onState: (state) => hear(() => store.replace(state)),
    onChange: (change) => hear(() => store.apply(change)),
    onFailure: () => {
      isRefused = true;
      view?.countOn(hearing());
    },
  });
  draw();
  addEventListener("hashchange", () => view?.choose(readChosen(location.hash), true));
  addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (event.key !== "Escape" || isTyping || readChosen(location.hash).queue === undefined) return;
    location.hash = "#";
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) connection.stop();
    else {
      isResuming = true;
      connection.start();
    }
    view?.countOn(hearing());
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    // Curves are drawn in the colours of their time.
    if (theme === "auto") draw();
  });
  if (!document.hidden) connection.start();
  setInterval(() => {
    if (!document.hidden) view?.countOn(hearing());
  }, 1000);
}
