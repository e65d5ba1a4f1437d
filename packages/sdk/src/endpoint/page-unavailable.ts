import { TaskVitalsError } from "@taskvitals/core";

/** Why a scrape gets 503. The message is sent to the scraper as it is, so it holds no credential. */
export class PageUnavailable extends Error {
  override readonly name: string = "PageUnavailable";
}

/**
 * Names a failure for the body of a 503. The message of a foreign error may quote a URL with its password, so only its name and
 * code are shown; those of taskvitals are free of credentials and shown whole.
 */
export function describeFailure(error: unknown): string {
  if (error instanceof TaskVitalsError || error instanceof PageUnavailable) return error.message;
  if (!(error instanceof Error)) return "unknown error";
  const name = word(error.name) ?? "Error";
  const code = word((error as { readonly code?: unknown }).code);
  return code === undefined ? name : `${name} ${code}`;
}

function word(value: unknown): string | undefined {
  return typeof value === "string" && /^\w{1,60}$/.test(value) ? value : undefined;
}
