import {
  alerts,
  SEVERITIES,
  type Severity,
  type SomeThresholds,
  type ThresholdScope,
  type ThresholdSettings,
  thresholdNames,
  thresholds,
} from "@taskvitals/rules";
import * as v from "valibot";

/** The content of a thresholds file. A key with nothing behind it, because all of its lines are comments, is as one that is absent. */
export interface ThresholdsFile {
  readonly thresholds?: SomeThresholds | null | undefined;
  readonly queues?: Readonly<Record<string, SomeThresholds | null>> | null | undefined;
  readonly tasks?: Readonly<Record<string, SomeThresholds | null>> | null | undefined;
  readonly forSeconds?: Readonly<Record<string, number>> | null | undefined;
  readonly severities?: Readonly<Record<string, Severity>> | null | undefined;
  readonly disabled?: readonly string[] | null | undefined;
}

// Forgetting a key here is a compile-time error. `values` is `thresholds` in the file.
type KeysOf<T> = Readonly<Record<keyof T, v.GenericSchema>>;

const ALERT_NAMES: readonly string[] = alerts.map(({ name }) => name);
const MONTH_SECONDS = 30 * 86_400;

/** A mapping of which every unknown key is told, and not only the first. */
const mapping = <T extends v.ObjectEntries>(entries: T, expected: string) =>
  v.nullish(v.objectWithRest(entries, v.never(), expected));
const ofEachAlert = <T extends v.GenericSchema>(value: T, expected: string) =>
  mapping(Object.fromEntries(ALERT_NAMES.map((name) => [name, v.optional(value)])), expected);
const between = (least: number, most: number) => {
  const expected = `a number from ${least} to ${most}`;
  return v.pipe(v.number(expected), v.minValue(least, expected), v.maxValue(most, expected));
};

function valuesOf(...scopes: readonly ThresholdScope[]) {
  const entries = thresholdNames(...scopes).map((name) => {
    const { max, min } = thresholds[name];
    return [name, v.optional(between(min, max))];
  });
  return mapping(Object.fromEntries(entries) as v.ObjectEntries, "a mapping of thresholds to numbers");
}

const top = {
  thresholds: valuesOf("platform", "queue", "task"),
  queues: v.nullish(v.record(v.string(), valuesOf("queue", "task"), "a mapping of queues to their thresholds")),
  tasks: v.nullish(v.record(v.string(), valuesOf("task"), "a mapping of tasks to their thresholds")),
  forSeconds: ofEachAlert(between(0, MONTH_SECONDS), "a mapping of alerts to seconds"),
  severities: ofEachAlert(v.picklist(SEVERITIES, SEVERITIES.join(", ")), "a mapping of alerts to severities"),
  disabled: v.nullish(v.array(v.picklist(ALERT_NAMES, "the name of an alert"), "a list of alerts")),
} satisfies KeysOf<ThresholdsFile & Omit<ThresholdSettings, "values">>;

/** What a thresholds file may hold. */
export const thresholdsSchema: v.GenericSchema<unknown, ThresholdsFile> = v.objectWithRest(
  top,
  v.never(),
  "a mapping",
) as unknown as v.GenericSchema<unknown, ThresholdsFile>;

/** The names of the keys at a place of the file. */
export function thresholdsKeysAt(path: readonly (string | number)[]): readonly string[] {
  const [first] = path;
  if (first === undefined) return Object.keys(top);
  if (first === "thresholds") return Object.keys(thresholds);
  if (first === "queues") return thresholdNames("queue", "task");
  if (first === "tasks") return thresholdNames("task");
  return ALERT_NAMES;
}
