import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "./report.ts";

/** A report of a full run, as it is kept. */
export interface Result extends Report {
  /** Day of the run in UTC, `YYYY-MM-DD`. */
  readonly date: string;
}

const FOLDER = join(import.meta.dirname, "results");

/** Keeps a report as `<date>-<benchmark>.json`, in place of an earlier one of the same day; answers the path. */
export function saveReport(report: Report, now: Date, folder: string = FOLDER): string {
  const result: Result = { date: now.toISOString().slice(0, 10), ...report };
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${result.date}-${result.benchmark}.json`);
  writeFileSync(path, `${JSON.stringify(result)}\n`);
  return path;
}

/** The newest kept result of each benchmark, in the order of their names. */
export function newestResults(folder: string = FOLDER): Result[] {
  const newest = new Map<string, Result>();
  const files = existsSync(folder) ? readdirSync(folder) : [];
  // The date leads the name of a file, so later ones come later.
  for (const file of files.toSorted()) {
    const result = JSON.parse(readFileSync(join(folder, file), "utf8")) as Result;
    newest.set(result.benchmark, result);
  }
  return [...newest.values()].toSorted((one, other) => (one.benchmark < other.benchmark ? -1 : 1));
}
