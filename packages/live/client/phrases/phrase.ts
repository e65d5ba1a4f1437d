/** Languages of the page, by their BCP 47 tags. */
export const LANGUAGES = ["en", "zh-TW"] as const;

/** A language of the page. */
export type Language = (typeof LANGUAGES)[number];

/** One text in every language: none can be left out. `{name}` stands for what is put in. */
export type Phrase = Readonly<Record<Language, string>>;

/** A text in English, and the same in Traditional Chinese as it is used in Taiwan. */
export function say(english: string, taiwanese: string): Phrase {
  return { en: english, "zh-TW": taiwanese };
}

/** A phrase in one language, with what is put in. */
export function fill(phrase: Phrase, language: Language, values: Readonly<Record<string, string>> = {}): string {
  return phrase[language].replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** The first of the browser's languages that the page speaks: Traditional Chinese, or English. */
export function preferredLanguage(tags: readonly string[]): Language {
  for (const tag of tags) {
    if (/^zh\b(?!-(?:hans|cn|sg))/i.test(tag)) return "zh-TW";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}
