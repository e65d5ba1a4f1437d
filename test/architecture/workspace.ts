import { readdirSync, readFileSync } from "node:fs";
import { basename, extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the repository. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** A file, or files by condition. */
export type ExportTarget = string | { readonly [condition: string]: ExportTarget };

/** The parts of a package.json that the rules look at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly engines?: { readonly node?: string };
  readonly exports?: Readonly<Record<string, ExportTarget>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** One folder under `packages/` or `examples/`. */
export interface Workspace {
  /** Path from the root, such as `packages/core`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** A file of code: its path from the root, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The workspaces directly under `parent`. */
export function workspaces(parent: "packages" | "examples"): Workspace[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = `${parent}/${name}`;
      return { folder, manifest: JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest };
    });
}

/** The packages that go to the registry. */
export function publishedPackages(): Workspace[] {
  return workspaces("packages").filter(({ manifest }) => manifest.private !== true);
}

const codeExtensions = new Set([".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"]);
const generated = new Set([".built", "node_modules", "dist", ".tmp", "coverage"]);

/** Every file of code below a folder, given by its path from the root; nothing that is installed or built. */
export function codeBelow(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && codeExtensions.has(extname(entry.name)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep))
    .filter((segments) => !segments.some((segment) => generated.has(segment)))
    .map((segments) => segments.join("/"))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** The name of a file without its folder and without anything after the first dot. */
export function stem(path: string): string {
  return basename(path).split(".")[0] ?? "";
}
