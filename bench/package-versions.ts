import { readFileSync } from "node:fs";

/**
 * Versions of npm packages as they are installed at the root of the repository.
 *
 * @throws Error when one is not installed
 */
export function packageVersions(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, installedVersion(name)]));
}

// Read from the disk: many packages do not export their package.json.
function installedVersion(name: string): string {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
