import {
  alerts,
  SEVERITIES,
  type ThresholdScope,
  type ThresholdSettings,
  thresholdNames,
  thresholds,
} from "@taskvitals/rules";
import * as v from "valibot";
import type { FieldsOf } from "./fields-of.ts";

const ALERT_NAMES: readonly string[] = alerts.map(({ name }) => name);
const MONTH_SECONDS = 30 * 86_400;

const between = (least: number, most: number) => {
  const expected = `a number from ${least} to ${most}`;
  return v.pipe(v.number(expected), v.minValue(least, expected), v.maxValue(most, expected));
};
const limitsOf = (...scopes: readonly ThresholdScope[]): v.ObjectEntries =>
  Object.fromEntries(
    thresholdNames(...scopes).map((name) => [name, v.optional(between(thresholds[name].min, thresholds[name].max))]),
  );
const ofEachAlert = (value: v.GenericSchema): v.ObjectEntries =>
  Object.fromEntries(ALERT_NAMES.map((name) => [name, v.optional(value)]));

const values = limitsOf("platform", "queue", "task");
const ofQueue = limitsOf("queue", "task");
const ofTask = limitsOf("task");
const forSeconds = ofEachAlert(between(0, MONTH_SECONDS));
const severities = ofEachAlert(v.picklist(SEVERITIES, `one of ${SEVERITIES.join(", ")}`));

const OF_NUMBERS = "an object of thresholds, such as { stuckSeconds: 600 }";
const settings = {
  values: v.optional(v.strictObject(values, OF_NUMBERS)),
  queues: v.optional(v.record(v.string(), v.strictObject(ofQueue, OF_NUMBERS), "an object of thresholds by queue")),
  tasks: v.optional(v.record(v.string(), v.strictObject(ofTask, OF_NUMBERS), "an object of thresholds by task")),
  forSeconds: v.optional(v.strictObject(forSeconds, "an object of seconds by alert")),
  severities: v.optional(v.strictObject(severities, "an object of severities by alert")),
  disabled: v.optional(v.array(v.picklist(ALERT_NAMES, "the name of an alert"), "an array of names of alerts")),
} satisfies FieldsOf<ThresholdSettings>;

/** What {@link ThresholdSettings} may hold: known names, and numbers within their limits. */
export const thresholdSchema: v.GenericSchema = v.strictObject(
  settings,
  "an object such as { values: { stuckSeconds: 600 } }",
);

/** The fields of the settings and of the objects in them, by their place; those of single queues and tasks by that of all. */
export const thresholdShapes: Readonly<Record<string, object>> = {
  "": settings,
  values,
  queues: ofQueue,
  tasks: ofTask,
  forSeconds,
  severities,
};
