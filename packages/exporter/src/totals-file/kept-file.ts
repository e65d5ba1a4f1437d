import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * What is at the place of the totals file. `nothing`: it can be written. `kept`: totals to go on from. `outdated`: totals of ours that cannot be gone on
 * from. `foreign`: something that is not ours and must be left alone. `unreadable`: it cannot be told.
 */
export type KeptFile =
  | { readonly kind: "nothing" }
  | { readonly kind: "kept"; readonly content: string }
  | { readonly kind: "outdated" }
  | { readonly kind: "foreign"; readonly what: string }
  | { readonly kind: "unreadable"; readonly why: string };

/** How every text begins that an exporter of any release has kept. */
const OURS = /^\{"version":\d/;

/** Looks at the file without changing anything. */
export function lookAtFile(file: string, isReadable: (content: string) => boolean): KeptFile {
  try {
    const entry = statSync(file);
    if (!entry.isFile()) return { kind: "foreign", what: entry.isDirectory() ? "a folder" : "no regular file" };
    const content = readFileSync(file, "utf8");
    if (content === "") return { kind: "nothing" };
    if (isReadable(content)) return { kind: "kept", content };
    return OURS.test(content) ? { kind: "outdated" } : { kind: "foreign", what: "a file with other content" };
  } catch (error) {
    const code = codeOf(error);
    return code === "ENOENT" || code === "ENOTDIR"
      ? { kind: "nothing" }
      : { kind: "unreadable", why: refusal(file, error) };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EROFS: "its folder is read-only. Mount it for writing",
  EACCES:
    "this user may not read and write there. Let it write to the folder, where a new file takes the place of the old",
  EPERM: "this user may not write there. Let it write to the folder, where a new file takes the place of the old",
  ENOSPC: "the disk is full. Make room",
  EDQUOT: "the disk is full for this user. Make room",
  EBUSY: "the file itself is mounted. Mount its folder, where a new file takes the place of the old",
};

/** Why totals are not kept, in words. */
export function refusal(file: string, error: unknown): string {
  const code = codeOf(error);
  const reason =
    REASONS[code] ??
    (code === "ENOENT" || code === "ENOTDIR"
      ? `there is no folder ${dirname(file)}. Make it`
      : `it cannot be used (${code}). Name another`);
  return `${file}: the totals are not kept: ${reason}.`;
}

/** The code of an error of the file system, or the name of another. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).name;
}
