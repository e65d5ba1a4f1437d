import { readFileSync } from "node:fs";
import type { ThresholdSettings } from "@taskvitals/rules";
import { misconfigured } from "../configuration/misconfigured.ts";
import { readMatchers } from "../rules/selector-matchers.ts";
import { readThresholdsFile } from "../thresholds/read-thresholds-file.ts";
import { type HttpTarget, httpTarget } from "./http-target.ts";

/** The flags of `doctor`, as commander names them. */
export interface DoctorFlags {
  readonly metrics?: readonly string[];
  readonly prometheus?: string;
  readonly selector?: string;
  readonly tokenFile?: string;
  readonly thresholds?: string;
  readonly watchFor?: string;
  readonly watch?: true;
  readonly json?: true;
  readonly format?: "text" | "json";
}

/** What `doctor` is to do, beside the configuration. */
export interface DoctorOptions {
  readonly metrics: readonly HttpTarget[];
  readonly prometheus: HttpTarget | undefined;
  /** Matchers that series must have in Prometheus. */
  readonly selector: string;
  readonly settings: ThresholdSettings;
  /** How long to watch where one look cannot tell, in seconds; 0 for one look. */
  readonly watchForSeconds: number;
  /** Whether to go on until it is asked to end. */
  readonly goesOn: boolean;
  /** `undefined` for text on a terminal and JSON elsewhere. */
  readonly format: "text" | "json" | undefined;
}

const DEFAULT_SECONDS = 30;

/**
 * Reads the flags.
 *
 * @throws TaskVitalsError `INVALID_OPTION` naming the flag, or what the thresholds file is refused for
 */
export function doctorOptions(flags: DoctorFlags): DoctorOptions {
  const { metrics = [], prometheus, selector, thresholds, tokenFile } = flags;
  if (selector !== undefined && prometheus === undefined) {
    throw misconfigured({ where: "--selector", expected: "a Prometheus to select from", remedy: "Add --prometheus." });
  }
  if (tokenFile !== undefined && metrics.length === 0 && prometheus === undefined) {
    const remedy = "Add --metrics or --prometheus.";
    throw misconfigured({ where: "--token-file", expected: "a server to send the token to", remedy });
  }
  const token = tokenFile === undefined ? undefined : readToken(tokenFile, "--token-file");
  const watchForSeconds = secondsOf(flags.watchFor);
  if (flags.watch === true && watchForSeconds === 0) {
    throw misconfigured({ where: "--watch-for", got: 0, expected: "5 to 600 seconds with --watch" });
  }
  if (flags.json === true && flags.format === "text") {
    throw misconfigured({ where: "--json", expected: "this or --format text, not both" });
  }
  return {
    metrics: metrics.map((url) => httpTarget(url, "--metrics", token)),
    prometheus: prometheus === undefined ? undefined : httpTarget(prometheus, "--prometheus", token),
    selector: readMatchers(selector ?? "", "--selector")
      .map(({ text }) => text)
      .join(", "),
    settings: thresholds === undefined ? {} : readThresholdsFile(thresholds),
    watchForSeconds,
    goesOn: flags.watch === true,
    format: flags.json === true ? "json" : flags.format,
  };
}

function secondsOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SECONDS;
  const seconds = /^\d+(\.\d+)?s?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (seconds === 0 || (seconds >= 5 && seconds <= 600)) return seconds;
  throw misconfigured({
    where: "--watch-for",
    got: text,
    expected: "a number of seconds from 5 to 600, or 0 for one look",
  });
}

/**
 * Reads a bearer token from a file.
 *
 * @param where - the flag that named the file
 * @throws TaskVitalsError `INVALID_OPTION` for a file that cannot be read or holds no token; what it holds is not shown
 */
export function readToken(file: string, where: string): string {
  let token: string;
  try {
    token = readFileSync(file, "utf8").trim();
  } catch (error) {
    const { code = "unknown reason" } = error as NodeJS.ErrnoException;
    throw misconfigured({ where, got: file, expected: `a file that can be read (${code})` });
  }
  // What is sent in a header is one word.
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw misconfigured({ where, got: file, expected: "a file with a token in one word" });
}
