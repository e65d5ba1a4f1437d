import { invalidOption, TaskVitalsError } from "@taskvitals/core";
import type { LivePageOptions } from "../endpoint/index.ts";
import { fieldNames, findLivePageMisfit, findMisfit, livePageFieldNames } from "./option-schema.ts";
import type { TaskVitalsOptions } from "./task-vitals-options.ts";

/** Options whose value may hold a credential and is never shown. */
const SECRET = new Set(["redis", "brokers", "queues", "endpoint", "otlp", "environment", "livePage"]);
/** Limits hold none, wherever they are. */
const THRESHOLDS = "thresholds";

/** What was given, and how errors speak of it. */
interface Checked {
  /** Where the options are, where they are part of some. */
  readonly under: readonly string[];
  /** What is wrong where it is none at all. */
  readonly whole: string;
  readonly namesAt: (place: readonly string[]) => readonly string[];
}

/**
 * Checks the shape of the options, unknown names included.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for the first option that does not fit
 */
export function checkOptions(options: TaskVitalsOptions): void {
  const misfit = findMisfit(options);
  if (misfit !== undefined)
    throw optionError(misfit, { under: [], whole: "startTaskVitals(options)", namesAt: fieldNames });
}

/**
 * Checks the shape of what `livePage()` is given.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for the first option that does not fit
 */
export function checkLivePageOptions(options: LivePageOptions): void {
  const misfit = findLivePageMisfit(options);
  if (misfit === undefined) return;
  throw optionError(misfit, { under: ["livePage"], whole: "livePage(options)", namesAt: livePageFieldNames });
}

function optionError(misfit: NonNullable<ReturnType<typeof findMisfit>>, checked: Checked): TaskVitalsError {
  const { under, whole } = checked;
  const keys = (misfit.path ?? []).map((part) => part.key);
  if (misfit.type === "strict_object" && misfit.expected === "never") return unknownOption(keys, checked);
  const path = [...under, ...keys];
  const isSecret = SECRET.has(String(path[0])) && !path.includes(THRESHOLDS);
  const shown = isSecret ? {} : { value: misfit.input };
  return invalidOption({ path: keys.length === 0 ? whole : pathOf(path), ...shown, expected: misfit.message });
}

function unknownOption(keys: readonly unknown[], { namesAt, under }: Checked): TaskVitalsError {
  const owner = keys.slice(0, -1);
  const names = namesAt(owner.filter((key) => typeof key === "string"));
  const place = pathOf([...under, ...owner]);
  const options = `The options${place === "" ? "" : ` of ${place}`} are: ${names.join(", ")}.`;
  return new TaskVitalsError("INVALID_OPTION", `${pathOf([...under, ...keys])}: there is no such option. ${options}`);
}

function pathOf(keys: readonly unknown[]): string {
  return keys.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    // A URL in the place of a name may hold a password.
    if (String(key).includes("://")) return `${text}[a URL]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}
