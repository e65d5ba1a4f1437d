/** A field of a queue's object form that only some layouts have. */
export interface QueueField<T> {
  /** The value when the field is left out. */
  readonly fallback: T;
  /** What is accepted, for error messages. */
  readonly expected: string;
  /** Whether a given value is accepted. */
  accepts(value: unknown): value is T;
}

/** The fields of a layout, by name. */
export type QueueFields = Readonly<Record<string, QueueField<unknown>>>;

/** The values of fields. */
export type ValuesOf<F extends QueueFields> = {
  readonly [K in keyof F]: F[K] extends QueueField<infer T> ? T : never;
};

/** A text; `empty: true` accepts an empty one. */
export function text(fallback: string, { empty = false }: { readonly empty?: boolean } = {}): QueueField<string> {
  return {
    fallback,
    expected: empty ? "text" : "text, not empty",
    accepts: (value): value is string => typeof value === "string" && (empty || value !== ""),
  };
}

/** A text that is left out by default. */
export function optionalText(): QueueField<string | undefined> {
  return {
    fallback: undefined,
    expected: "text, not empty",
    accepts: (value): value is string | undefined => typeof value === "string" && value !== "",
  };
}

/** A whole number within bounds. */
export function wholeNumber(fallback: number, least: number, most: number): QueueField<number> {
  return {
    fallback,
    expected: `a whole number from ${least} to ${most}`,
    accepts: (value): value is number => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  };
}

/** Rising whole numbers, at least one. */
export function risingNumbers(fallback: readonly number[]): QueueField<readonly number[]> {
  return {
    fallback,
    expected: "whole numbers of at least 0 that rise, at most 100",
    accepts: (value): value is readonly number[] =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.length <= 100 &&
      value.every((step, index) => Number.isInteger(step) && step >= 0 && (index === 0 || step > value[index - 1])),
  };
}

/** One of several words. */
export function oneOf<const T extends string>(fallback: T, ...words: readonly T[]): QueueField<T> {
  return {
    fallback,
    expected: words.map((word) => `"${word}"`).join(" or "),
    accepts: (value): value is T => words.includes(value as T),
  };
}

/** Yes or no. */
export function flag(fallback: boolean): QueueField<boolean> {
  return { fallback, expected: "true or false", accepts: (value): value is boolean => typeof value === "boolean" };
}
