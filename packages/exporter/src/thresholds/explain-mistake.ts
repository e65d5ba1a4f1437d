import { suggestion } from "@taskvitals/redis";
import { type ThresholdDefinition, type ThresholdScope, thresholds } from "@taskvitals/rules";
import type { Mistake } from "../configuration/misconfigured.ts";
import { thresholdsKeysAt } from "./thresholds-schema.ts";

const WHERE_TO_SET: Readonly<Record<ThresholdScope, string>> = {
  platform: "It is one value for the whole platform: set it under thresholds.",
  queue: "It belongs to a queue: set it under queues or thresholds.",
  task: "",
};

/** Says of a mistake in a thresholds file what its schema cannot know: the unit, or where a threshold can be set. */
export function explainMistake(
  path: readonly (string | number)[],
  value: unknown,
): Partial<Pick<Mistake, "expected" | "remedy">> {
  const name = String(path.at(-1));
  const known = thresholdsKeysAt(path.slice(0, -1));
  if (path[0] === "disabled" && path.length > 1)
    return typeof value === "string" ? aboutName(value, known, "alert") : {};
  const definition = definitionOf(name);
  if (path.length === 1 && definition !== undefined) return { remedy: "Set it under thresholds." };
  if (path.length < placeLength(path)) return {};
  if (path.length > 1 && !known.includes(name)) {
    if (definition === undefined) return aboutName(name, known, isAboutAlerts(path) ? "alert" : "threshold");
    const owner = path[0] === "queues" ? "a queue" : "a task";
    return { expected: `a threshold that ${owner} can have`, remedy: WHERE_TO_SET[definition.scope] };
  }
  if (path[0] === "forSeconds") return path.length > 1 ? aboutSeconds(value) : {};
  return definition === undefined ? {} : aboutUnit(definition, value);
}

/** How long the path of a value is there: below `queues` and `tasks` it has the queue or the task in it. */
function placeLength([first]: readonly (string | number)[]): number {
  return first === "queues" || first === "tasks" ? 3 : 1;
}

function isAboutAlerts([first]: readonly (string | number)[]): boolean {
  return first === "forSeconds" || first === "severities";
}

function definitionOf(name: string): ThresholdDefinition | undefined {
  return Object.entries(thresholds).find(([known]) => known === name)?.[1];
}

/** There are too many names for a message, unless there is one that was meant. */
function aboutName(given: string, known: readonly string[], what: "alert" | "threshold"): Partial<Mistake> {
  const page = what === "alert" ? "docs/runbooks.md" : "prometheus/thresholds.yml";
  const expected = what === "alert" ? "the name of an alert" : "the name of a threshold";
  return { expected, remedy: suggestion(given, known) ?? `${page} has them all.` };
}

function aboutUnit({ unit }: ThresholdDefinition, value: unknown): Partial<Mistake> {
  if (unit === "ratio") return { remedy: "It is a share: 0.05 is 5 %." };
  if (unit === "%") return { remedy: "It is in percent: 85 is 85 %." };
  return unit === "s" ? aboutSeconds(value) : {};
}

function aboutSeconds(value: unknown): Partial<Mistake> {
  const [, digits = "", unit = ""] = /^(\d+)([smhdw])$/.exec(typeof value === "string" ? value : "") ?? [];
  const length = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[unit];
  return { remedy: length === undefined ? "It is in seconds." : `It is in seconds: write ${Number(digits) * length}.` };
}
