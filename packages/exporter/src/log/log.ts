import type { LogFormat } from "../configuration/configuration-layer.ts";
import { redact } from "./redact.ts";

/** What a line says beside its message. */
export type LogFields = Readonly<Record<string, string | number>>;

/** Lines for the operator, one each, free of credentials. */
export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** What {@link createLog} needs. */
export interface LogOptions {
  readonly format: LogFormat;
  /** Takes one line with its end. */
  readonly write: (line: string) => void;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

type Level = "info" | "warn" | "error";

/** Creates a log: `ts=… level=… msg=…`, or the same as JSON. */
export function createLog({ format, write, now }: LogOptions): Log {
  const log = (level: Level, message: string, fields: LogFields = {}): void => {
    const line = { ts: new Date(now()).toISOString(), level, msg: message, ...fields };
    const text = format === "json" ? JSON.stringify(line) : logfmt(line);
    write(`${redact(text)}\n`);
  };
  return {
    info: (message, fields) => log("info", message, fields),
    warn: (message, fields) => log("warn", message, fields),
    error: (message, fields) => log("error", message, fields),
  };
}

function logfmt(line: Readonly<Record<string, string | number>>): string {
  return Object.entries(line)
    .map(([key, value]) => `${key}=${bareWord(value) ? value : JSON.stringify(value)}`)
    .join(" ");
}

function bareWord(value: string | number): boolean {
  return typeof value === "number" || /^[^\s"=\\]+$/.test(value);
}

/** Most causes that are remembered: one that varies without end must not fill memory or the log. */
const MAX_REMEMBERED = 200;

/** Lets each text through once. */
export function oncePerText(tell: (message: string) => void): (message: string) => void {
  const seen = new Set<string>();
  return (message) => {
    if (seen.has(message) || seen.size >= MAX_REMEMBERED) return;
    seen.add(message);
    tell(message);
  };
}
