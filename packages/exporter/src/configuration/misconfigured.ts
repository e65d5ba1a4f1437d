import { TaskVitalsError } from "taskvitals";

/** What a message about a mistake in the configuration is made of. */
export interface Mistake {
  /** Where it is: a flag, a variable, or a file with line and key. */
  readonly where: string;
  /** The value given. Leave it out when it may hold a secret. */
  readonly got?: unknown;
  /** What is accepted, as a noun phrase. */
  readonly expected: string;
  /** What to do, as a sentence. */
  readonly remedy?: string | undefined;
}

const MAX_SHOWN = 80;

/** Builds the error of a mistake in the configuration: `<where>: got <value>; expected <what>. <remedy>` */
export function misconfigured(mistake: Mistake): TaskVitalsError {
  const got = "got" in mistake ? `got ${shown(mistake.got)}; ` : "";
  const remedy = mistake.remedy === undefined ? "" : ` ${mistake.remedy}`;
  return new TaskVitalsError("INVALID_OPTION", `${mistake.where}: ${got}expected ${mistake.expected}.${remedy}`);
}

/** One line, short, and never what may be a URL with a password in it. */
function shown(value: unknown): string {
  if (typeof value !== "string") return typeof value === "object" ? "an object" : String(value);
  if (value.includes("://") || value.includes("@")) return "text that looks like a URL";
  return value.length > MAX_SHOWN ? `text of ${value.length} characters` : JSON.stringify(value);
}
