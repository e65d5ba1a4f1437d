import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

/** Sources inside a tarball without their JavaScript, their types, or a map beside each of these that names them. */
export async function unbuiltSources(packed: PackedPackage): Promise<string[]> {
  const files = await tarballFiles(packed);
  const directory = `${packed.tarball}.unpacked`;
  mkdirSync(directory, { recursive: true });
  await capture("tar", ["-xzf", packed.tarball, "-C", directory, "--strip-components=1"]);
  const leadsTo = (map: string, source: string): boolean => {
    if (!files.includes(map) || !files.includes(map.replace(/\.map$/, ""))) return false;
    const { sources } = JSON.parse(readFileSync(join(directory, map), "utf8")) as { sources: string[] };
    return sources.length === 1 && join(dirname(map), sources[0] ?? "") === source;
  };
  return files
    .filter((file) => file.startsWith("src/"))
    .filter((source) => {
      const built = source.replace(/^src\/(.*)\.ts$/, "dist/$1");
      return ![`${built}.js.map`, `${built}.d.ts.map`].every((map) => leadsTo(map, source));
    });
}
