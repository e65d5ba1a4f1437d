import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ExportTarget, type Manifest, publishedPackages, root } from "./workspace.ts";

const published = publishedPackages();
const workspaceManifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

/** The files behind an entry, whatever conditions lead there. TypeScript takes the first match, so types come first. */
function targetsOf(target: ExportTarget): string[] {
  if (typeof target === "string") return [target];
  const conditions = Object.keys(target);
  if (conditions.includes("types")) expect(conditions.indexOf("types")).toBeLessThan(conditions.indexOf("default"));
  return Object.values(target).flatMap(targetsOf);
}

describe.each(published)("the manifest of $folder", ({ folder, manifest }) => {
  it("lists its entries one by one, each built from a source file", () => {
    const { exports = {} } = manifest;
    expect(Object.keys(exports)).toContain(".");
    for (const [entry, target] of Object.entries(exports)) {
      expect(entry).not.toContain("*");
      const sources = targetsOf(target).map((path) => path.replace(/^\.\/dist\/(.*?)(\.d\.ts|\.js)$/, "./src/$1.ts"));
      expect(sources).not.toEqual([]);
      expect(sources.filter((source) => !existsSync(join(root, folder, source)))).toEqual([]);
    }
  });

  it("says what it runs on and under which licence, as the others do", () => {
    expect(manifest.license).toBe("Apache-2.0");
    expect(manifest.engines).toEqual(workspaceManifest.engines);
    expect(manifest.peerDependencies).toHaveProperty("@opentelemetry/api");
  });

  it("says where it comes from, which its provenance is compared with, and carries its README and licence", () => {
    const { bugs, homepage, publishConfig, repository } = manifest as Manifest & Readonly<Record<string, unknown>>;
    const url = "https://github.com/taskvitals/taskvitals";
    expect({ bugs, homepage, publishConfig, repository }).toEqual({
      bugs: `${url}/issues`,
      homepage: `${url}#readme`,
      publishConfig: { access: "public", provenance: true },
      repository: { type: "git", url: `git+${url}.git`, directory: folder },
    });
    for (const file of ["README.md", "LICENSE"]) expect(existsSync(join(root, folder, file)), file).toBe(true);
  });

  it("depends on exactly the version of ours that is released with it", () => {
    const versions = new Map(published.map((other) => [other.manifest.name, other.manifest.version]));
    const ours = Object.entries(manifest.dependencies ?? {}).filter(([name]) => versions.has(name));
    expect(ours.map(([name, range]) => [name, range])).toEqual(ours.map(([name]) => [name, versions.get(name)]));
  });
});
