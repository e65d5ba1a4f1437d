import { describeValue, invalidOption } from "@taskvitals/core";

/** @throws TaskVitalsError `INVALID_OPTION` unless it is text that is not empty */
export function requireText(value: unknown, expected: string, path: string): asserts value is string {
  if (typeof value !== "string" || value === "") throw invalidOption({ path, value, expected });
}

/** @throws TaskVitalsError `INVALID_OPTION` for a field that is not among the known ones */
export function refuseUnknownFields(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  path: string,
): void {
  const unknown = Object.keys(given).find((field) => !known.includes(field));
  if (unknown === undefined) return;
  throw invalidOption({
    path,
    expected: `no fields but ${known.join(", ")}`,
    remedy: `Remove or correct ${describeValue(unknown)}.`,
  });
}
