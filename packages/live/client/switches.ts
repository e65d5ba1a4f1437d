import { element } from "./element.ts";
import { page } from "./phrases/page-phrases.ts";
import type { Language } from "./phrases/phrase.ts";
import type { Voice } from "./voice.ts";

/** Colours: those of the system, or chosen. */
export const THEMES = ["auto", "light", "dark"] as const;

/** A choice of colours. */
export type Theme = (typeof THEMES)[number];

/** What the switches stand at, and what they do. */
export interface SwitchOptions {
  /** The colours. */
  readonly theme: Theme;
  /** Called with another language. */
  readonly onLanguage: (language: Language) => void;
  /** Called with other colours. */
  readonly onTheme: (theme: Theme) => void;
}

/** The switches of the language and of the colours. */
export function switches(voice: Voice, { theme, onLanguage, onTheme }: SwitchOptions): readonly HTMLElement[] {
  const themes = { auto: page.themeAuto, light: page.themeLight, dark: page.themeDark };
  return [
    choice(
      voice.say(page.language),
      [
        ["en", "English"],
        ["zh-TW", "繁體中文"],
      ],
      voice.language,
      onLanguage,
    ),
    choice(
      voice.say(page.theme),
      THEMES.map((name) => [name, voice.say(themes[name])] as const),
      theme,
      onTheme,
    ),
  ];
}

function choice<Value extends string>(
  label: string,
  options: readonly (readonly [Value, string])[],
  chosen: Value,
  onChoice: (value: Value) => void,
): HTMLElement {
  const select = element(
    "select",
    {},
    ...options.map(([value, text]) => {
      const lang = value === "zh-TW" || value === "en" ? value : undefined;
      return element("option", { text, attributes: { value, lang } });
    }),
  );
  select.value = chosen;
  select.addEventListener("change", () => onChoice(select.value as Value));
  return element("label", { class: "choice" }, `${label} `, select);
}
