/** Languages in which the operations dashboard is generated, by their BCP 47 tags. */
export const LANGUAGES = ["en", "zh-TW"] as const;

/** A language of the operations dashboard. */
export type Language = (typeof LANGUAGES)[number];

/** One text in every language: none can be left out. */
export type Phrase = Readonly<Record<Language, string>>;

/** What a panel says. */
export interface PanelPhrase {
  /** Heading. */
  readonly title: Phrase;
  /** What the panel answers, and what a gap in it means. */
  readonly about: Phrase;
}

/** Picks the text of the language that a dashboard is generated in. */
export type Translate = (phrase: Phrase) => string;

/** A text in English, and the same in Traditional Chinese as it is used in Taiwan. */
export function say(english: string, taiwanese: string): Phrase {
  return { en: english, "zh-TW": taiwanese };
}

/** The translator into one language. */
export function translator(language: Language): Translate {
  return (phrase) => phrase[language];
}
