import { DEFAULT_PORT } from "../configuration/listen-address.ts";
import { misconfigured } from "../configuration/misconfigured.ts";
import { readToken } from "../doctor/doctor-options.ts";
import { type HttpTarget, httpTarget } from "../doctor/http-target.ts";

/** The flags of `compare`, as commander names them. */
export interface CompareFlags {
  readonly with?: string;
  readonly metrics?: string;
  readonly for?: string;
  readonly tokenFile?: string;
  readonly withTokenFile?: string;
  readonly json?: true;
  readonly format?: "text" | "json";
}

/** What `compare` is to do. */
export interface CompareOptions {
  readonly ours: HttpTarget;
  readonly theirs: HttpTarget;
  /** How long to watch, in seconds; 0 for one look. */
  readonly forSeconds: number;
  /** `undefined` for text on a terminal and JSON elsewhere. */
  readonly format: "text" | "json" | undefined;
}

const DEFAULT_SECONDS = 30;

/**
 * Reads the flags.
 *
 * @throws TaskVitalsError `INVALID_OPTION` naming the flag
 */
export function compareOptions(flags: CompareFlags): CompareOptions {
  const { metrics = `http://127.0.0.1:${DEFAULT_PORT}/metrics`, tokenFile, withTokenFile } = flags;
  if (flags.with === undefined) {
    const remedy = "Such as --with http://localhost:9808/metrics for celery-exporter.";
    throw misconfigured({ where: "--with", expected: "the URL of the other exporter's page", remedy });
  }
  if (flags.json === true && flags.format === "text") {
    throw misconfigured({ where: "--json", expected: "this or --format text, not both" });
  }
  const token = (file: string | undefined, where: string): string | undefined =>
    file === undefined ? undefined : readToken(file, where);
  return {
    ours: httpTarget(metrics, "--metrics", token(tokenFile, "--token-file")),
    theirs: httpTarget(flags.with, "--with", token(withTokenFile, "--with-token-file")),
    forSeconds: secondsOf(flags.for),
    format: flags.json === true ? "json" : flags.format,
  };
}

function secondsOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SECONDS;
  const [, digits = "", unit] = /^(\d+(?:\.\d+)?)(s|m|)$/.exec(text) ?? [];
  const seconds = digits === "" ? Number.NaN : Number(digits) * (unit === "m" ? 60 : 1);
  if (seconds === 0 || (seconds >= 5 && seconds <= 3600)) return seconds;
  const expected = "a time from 5s to 60m, such as 30s or 10m, or 0 for one look";
  throw misconfigured({ where: "--for", got: text, expected });
}
