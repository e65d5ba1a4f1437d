import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Something that is made from sources and takes too long to make anew for every run. */
export interface Build {
  /** Name of the file or folder that it leaves in the folder of builds. */
  readonly name: string;
  /** All that the result depends on; another text makes it anew. */
  readonly inputs: readonly string[];
  /** Makes it at `path`, where nothing is. Throws when it cannot. */
  readonly make: (path: string) => void;
}

/** How long to wait for another run that is building: a virtual environment over a slow line. */
const WAIT_MS = 15 * 60_000;

/**
 * Makes sure that `folder` holds each build, made from its present inputs. What was made before is kept; what was left half-made by
 * a run that ended is made anew. Of two runs at once the second waits.
 *
 * @returns the names of those that were made
 * @throws Error of the first build that fails; nothing that looks complete is left of it
 */
export function buildOnce(folder: string, builds: readonly Build[], report: (line: string) => void): string[] {
  if (builds.every((build) => isMade(folder, build))) return [];
  mkdirSync(folder, { recursive: true });
  // A lock that the operating system lifts when its holder dies, however it dies.
  using lock = new DatabaseSync(join(folder, "lock"));
  try {
    lock.exec("BEGIN EXCLUSIVE");
  } catch {
    report("Another run is building the same; waiting for it.");
    lock.exec(`PRAGMA busy_timeout = ${WAIT_MS}; BEGIN EXCLUSIVE`);
  }
  const missing = builds.filter((build) => !isMade(folder, build));
  for (const build of missing) {
    const path = join(folder, build.name);
    rmSync(keyFile(folder, build), { force: true });
    rmSync(path, { recursive: true, force: true });
    report(`Building ${path}`);
    build.make(path);
    writeFileSync(keyFile(folder, build), keyOf(build));
  }
  return missing.map(({ name }) => name);
}

function isMade(folder: string, build: Build): boolean {
  const file = keyFile(folder, build);
  return existsSync(join(folder, build.name)) && existsSync(file) && readFileSync(file, "utf8") === keyOf(build);
}

function keyFile(folder: string, { name }: Build): string {
  return join(folder, `${name}.key`);
}

function keyOf({ inputs }: Build): string {
  return createHash("sha256").update(JSON.stringify(inputs)).digest("hex");
}
