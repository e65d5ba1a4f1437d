import type { LiveHistory } from "../src/live-state.ts";
import type { NumberText } from "./number-text.ts";
import { pictures } from "./phrases/word-phrases.ts";
import type { Curve, Picture } from "./picture.ts";
import type { Voice } from "./voice.ts";

/** Times the usual distance of two readings after which what is between them was not read. */
const GAP_STEPS = 2.5;

/** What is drawn: times, then one list of values per curve; `null` where nothing is known. */
export type CurveData = readonly [times: readonly number[], ...values: (readonly (number | null)[])[]];

/** The curves of a history. Where readings are missing in between, so are values: no line may bridge a time of which nothing is known. */
export function curveData({ at, curves }: LiveHistory, names: readonly Curve[]): CurveData {
  const limit = GAP_STEPS * usualStep(at);
  const times: number[] = [];
  const places: (number | undefined)[] = [];
  at.forEach((time, place) => {
    const before = at[place - 1];
    if (before !== undefined && time - before > limit) {
      times.push((before + time) / 2);
      places.push(undefined);
    }
    times.push(time);
    places.push(place);
  });
  const valuesOf = ({ key }: Curve): (number | null)[] => {
    const values = Object.hasOwn(curves, key) ? curves[key] : undefined;
    return places.map((place) => (place === undefined ? null : (values?.[place] ?? null)));
  };
  return [times, ...names.map(valuesOf)];
}

/** Values with nothing beside them: a line of one point is not seen, so a dot stands there. */
export function lonePoints(values: readonly (number | null | undefined)[]): number[] {
  return values.flatMap((value, at) =>
    (value ?? null) !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null ? [at] : [],
  );
}

/** What a picture says in words: of each curve the last value, the lowest and the highest. */
export function summaryOf({ curves, write }: Picture, data: CurveData, voice: Voice): string {
  return curves
    .map(({ name }, place) => {
      const values = (data[place + 1] ?? []) as readonly (number | null)[];
      const known = values.filter((value) => value !== null);
      if (known.length === 0) return voice.say(pictures.noValue, { name: voice.say(name) });
      const text = (value: number | null): string => valueText(value, write, voice);
      return voice.say(pictures.summary, {
        name: voice.say(name),
        last: text(values.at(-1) ?? null),
        low: text(Math.min(...known)),
        high: text(Math.max(...known)),
      });
    })
    .join("; ");
}

/** One value of a curve in words. */
export function valueText(
  value: number | null,
  write: (value: number, numbers: NumberText) => string,
  voice: Voice,
): string {
  return value === null ? voice.say(pictures.noLast) : write(value, voice.numbers);
}

/** The median distance of two readings. */
function usualStep(at: readonly number[]): number {
  const steps = at.slice(1).map((time, place) => time - (at[place] ?? time));
  return steps.sort((one, two) => one - two)[Math.floor(steps.length / 2)] ?? 0;
}
