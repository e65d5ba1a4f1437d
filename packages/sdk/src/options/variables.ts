import { invalidOption } from "@taskvitals/core";

/** Reads one environment variable. */
export type GetVariable = (name: string) => string | undefined;

/** Reads variables of an environment, trimmed; an empty one counts as not set, as OpenTelemetry has it. */
export function variables(environment: Readonly<Record<string, string | undefined>>): GetVariable {
  return (name) => environment[name]?.trim() || undefined;
}

/**
 * Reads a variable that holds a whole number.
 *
 * @throws TaskVitalsError `INVALID_OPTION` naming the variable
 */
export function wholeNumber(name: string, get: GetVariable, least: number, most: number): number | undefined {
  const text = get(name);
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw invalidOption({ path: name, value: text, expected: `a whole number from ${least} to ${most}` });
  }
  return value;
}
