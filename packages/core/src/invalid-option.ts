import { TaskVitalsError } from "./task-vitals-error.ts";

/** What an {@link invalidOption} message is made of. */
export interface InvalidOption {
  /** Path of the option (`endpoint.port`) or name of the environment variable. */
  readonly path: string;
  /** The value given; rendered short. Leave it out when it may hold a secret. */
  readonly value?: unknown;
  /** What is accepted, as a noun phrase. */
  readonly expected: string;
  /** What to do, as a sentence. */
  readonly remedy?: string;
}

/** Builds the `INVALID_OPTION` error: `<path>: got <value>; expected <expected>. <remedy>` */
export function invalidOption(problem: InvalidOption): TaskVitalsError {
  const got = "value" in problem ? `got ${describeValue(problem.value)}; ` : "";
  const remedy = problem.remedy === undefined ? "" : ` ${problem.remedy}`;
  return new TaskVitalsError("INVALID_OPTION", `${problem.path}: ${got}expected ${problem.expected}.${remedy}`);
}

const MAX_SHOWN = 80;

/** Renders any value for an error message: one line, at most 80 characters, never a URL, never throwing. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      // A URL that ended up in the wrong place may hold a password.
      if (value.includes("://")) return "a string that looks like a URL";
      return value.length > MAX_SHOWN ? `a string of ${value.length} characters` : JSON.stringify(value);
    case "number":
    case "boolean":
    case "undefined":
      return String(value);
    case "bigint":
      return `${value}n`.slice(0, MAX_SHOWN);
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
    default:
      if (value === null) return "null";
      return Array.isArray(value) ? `an array of ${value.length}` : "an object";
  }
}
