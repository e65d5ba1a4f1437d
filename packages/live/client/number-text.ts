import { fill, type Language } from "./phrases/phrase.ts";
import { units } from "./phrases/word-phrases.ts";

/** Where nothing is known. */
export const DASH = "—";

/** Writes numbers and times in one language. */
export class NumberText {
  readonly #language: Language;
  readonly #whole: Intl.NumberFormat;
  readonly #few: Intl.NumberFormat;
  readonly #precise: Intl.NumberFormat;
  readonly #ratio: Intl.NumberFormat;
  readonly #clock: Intl.DateTimeFormat;
  readonly #minute: Intl.DateTimeFormat;

  /** Makes the formats once: that is what takes time. */
  constructor(language: Language) {
    this.#language = language;
    this.#whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
    this.#few = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    this.#precise = new Intl.NumberFormat(language, { maximumSignificantDigits: 3 });
    this.#ratio = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
    this.#clock = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
    this.#minute = new Intl.DateTimeFormat(language, { timeStyle: "short", hourCycle: "h23" });
  }

  /** A count: `1,960`. */
  count(value: number): string {
    return this.#whole.format(value);
  }

  /** A number of any size in three digits: `0.083`, `12.5`, `1,960`. */
  number(value: number): string {
    return Math.abs(value) >= 100 ? this.#whole.format(value) : this.#precise.format(value);
  }

  /** A share: `12.5%`. What is not quite 0 is not 0 here. */
  share(value: number): string {
    return value > 0 && value < 0.0005 ? `<${this.#ratio.format(0.001)}` : this.#ratio.format(value);
  }

  /** A time that something took or takes: `4 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d`. */
  duration(seconds: number): string {
    if (seconds > 0 && seconds < 1) return this.#unit("ms", this.#precise.format(1000 * seconds));
    if (seconds < 10) return this.#unit("s", this.#few.format(seconds));
    const whole = Math.round(seconds);
    if (whole < 120) return this.#unit("s", this.count(whole));
    if (whole < 7200) return this.#two("min", "minS", Math.floor(whole / 60), whole % 60);
    const minutes = Math.round(whole / 60);
    if (minutes < 2880) return this.#two("h", "hMin", Math.floor(minutes / 60), minutes % 60);
    return this.#unit("d", this.#few.format(minutes / 1440));
  }

  /** An age in whole seconds, which counts on: `12 s`. */
  age(seconds: number): string {
    return this.duration(Math.max(0, Math.floor(seconds)));
  }

  /** Bytes in binary units: `512 MiB`. */
  bytes(value: number): string {
    const power = Math.min(4, Math.max(0, Math.floor(Math.log2(Math.max(1, value)) / 10)));
    return `${this.number(value / 1024 ** power)} ${["B", "KiB", "MiB", "GiB", "TiB"][power]}`;
  }

  /** The time of day: `12:03:04`. */
  clock(seconds: number): string {
    return this.#clock.format(1000 * seconds);
  }

  /** The time of day without seconds: `12:03`. */
  minute(seconds: number): string {
    return this.#minute.format(1000 * seconds);
  }

  #unit(unit: keyof typeof units, n: string): string {
    return fill(units[unit], this.#language, { n });
  }

  #two(one: keyof typeof units, both: keyof typeof units, n: number, m: number): string {
    return m === 0
      ? this.#unit(one, this.count(n))
      : fill(units[both], this.#language, { n: this.count(n), m: this.count(m) });
  }
}
