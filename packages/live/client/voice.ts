import { NumberText } from "./number-text.ts";
import { fill, type Language, type Phrase } from "./phrases/phrase.ts";

/** One language of the page: its phrases and its numbers. */
export class Voice {
  /** The language. */
  readonly language: Language;
  /** Its numbers and times. */
  readonly numbers: NumberText;

  /** Speaks `language`. */
  constructor(language: Language) {
    this.language = language;
    this.numbers = new NumberText(language);
  }

  /** A phrase, with what is put in. */
  say(phrase: Phrase, values?: Readonly<Record<string, string>>): string {
    return fill(phrase, this.language, values);
  }
}
