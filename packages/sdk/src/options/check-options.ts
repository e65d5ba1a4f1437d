import { invalidOption, TaskVitalsError } from "@taskvitals/core";
import { fieldNames, findMisfit } from "./option-schema.ts";
import type { TaskVitalsOptions } from "./task-vitals-options.ts";

/** Options whose value may hold a credential and is never shown. */
const SECRET = new Set(["redis", "brokers", "queues", "endpoint", "otlp", "environment"]);

/**
 * Checks the shape of the options, unknown names included.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for the first option that does not fit
 */
export function checkOptions(options: TaskVitalsOptions): void {
  const misfit = findMisfit(options);
  if (misfit !== undefined) throw optionError(misfit);
}

function optionError(misfit: NonNullable<ReturnType<typeof findMisfit>>): TaskVitalsError {
  const keys = (misfit.path ?? []).map((part) => part.key);
  if (misfit.type === "strict_object" && misfit.expected === "never") return unknownOption(keys);
  const shown = SECRET.has(String(keys[0])) ? {} : { value: misfit.input };
  return invalidOption({ path: pathOf(keys) || "startTaskVitals(options)", ...shown, expected: misfit.message });
}

function unknownOption(keys: readonly unknown[]): TaskVitalsError {
  const owner = keys.slice(0, -1);
  const named = owner.filter((key) => typeof key === "string").join(".");
  const options = `The options${owner.length === 0 ? "" : ` of ${pathOf(owner)}`} are: ${fieldNames(named).join(", ")}.`;
  return new TaskVitalsError("INVALID_OPTION", `${pathOf(keys)}: there is no such option. ${options}`);
}

function pathOf(keys: readonly unknown[]): string {
  return keys.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    // A URL in the place of a name may hold a password.
    if (String(key).includes("://")) return `${text}[a URL]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}
