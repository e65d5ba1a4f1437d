import { MappingType, type ValueMapping } from "@grafana/grafana-foundation-sdk/dashboard";

/** A word for a value, and its colour. */
export interface ValueWord {
  /** What stands there instead of the value. */
  readonly text: string;
  /** A colour name of Grafana's palette; none where it is left out. */
  readonly color?: string;
}

/** Words by the value that they stand for. */
export type ValueWords = Readonly<Record<string, ValueWord>>;

/** The same as Grafana's value mapping. */
export function mappingOf(words: ValueWords): ValueMapping {
  const entries = Object.entries(words).map(([value, word], index) => [value, { ...word, index }]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(entries) };
}
