import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { publishedPackages, root } from "../architecture/workspace.ts";
import { capture } from "../services/index.ts";

/** A package as the registry would receive it. */
export interface PackedPackage {
  readonly name: string;
  /** Names of the packages it depends on. */
  readonly dependencies: readonly string[];
  /** Absolute path of its tarball. */
  readonly tarball: string;
}

/** Packs every published package, as built, into `directory`; nothing in the source tree changes. */
export async function packPublished(directory: string): Promise<PackedPackage[]> {
  const packed: PackedPackage[] = [];
  for (const { folder, manifest } of publishedPackages()) {
    const destination = join(directory, folder);
    mkdirSync(destination, { recursive: true });
    const args = ["pack", join(root, folder), "--pack-destination", destination, "--ignore-scripts"];
    const { exitCode, stderr } = await capture("npm", args, { cwd: root });
    const [file] = readdirSync(destination);
    if (exitCode !== 0 || file === undefined) throw new Error(`npm pack ${folder} failed:\n${stderr}`);
    const dependencies = Object.keys(manifest.dependencies ?? {});
    packed.push({ name: manifest.name, dependencies, tarball: join(destination, file) });
  }
  return packed;
}

/** The tarballs that stand in for the registry when somebody installs `name`: its own, and those of ours that it needs. */
export function tarballsFor(name: string, packages: readonly PackedPackage[]): string[] {
  const needed = packages.find((packed) => packed.name === name);
  if (needed === undefined) return [];
  return [...new Set([needed.tarball, ...needed.dependencies.flatMap((other) => tarballsFor(other, packages))])];
}

/** Paths of the files inside a tarball, without npm's leading `package/`. */
export async function tarballFiles({ tarball }: PackedPackage): Promise<string[]> {
  const { stdout } = await capture("tar", ["-tzf", tarball]);
  return stdout
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""));
}
