import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { lookAtFile, refusal } from "../totals-file/kept-file.ts";
import { TotalsKeeping } from "../totals-keeping.ts";
import type { Finding, TotalsFileFinding } from "./check-report.ts";

/** Looks at the file of the totals and its folder as an exporter would at its start, without making or changing anything. */
export function lookAtTotalsFile(file: string): TotalsFileFinding {
  const found = lookAtFile(file, TotalsKeeping.isReadable);
  const problems: Finding[] = [];
  if (found.kind === "foreign") {
    const detail = `${file}: expected a file for the totals, new or of an earlier start; this is ${found.what}`;
    problems.push({ reason: "not_ours", detail, remedy: "Name a file that nothing else uses; its folder must exist." });
  } else {
    const why = found.kind === "unreadable" ? found.why : whyNotWritable(file);
    if (why !== undefined) problems.push({ reason: "not_writable", detail: why, remedy: NOT_WRITABLE });
  }
  return { file, goesOn: found.kind === "kept", problems };
}

const NOT_WRITABLE = "Until then the exporter counts, and begins at 0 after a restart.";

/** The new file is made in the folder, so that is what must be writable. A disk that is full shows itself only to who writes. */
function whyNotWritable(file: string): string | undefined {
  const folder = dirname(file);
  try {
    if (!statSync(folder).isDirectory()) throw Object.assign(new Error("not a folder"), { code: "ENOTDIR" });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return refusal(file, error);
  }
}
