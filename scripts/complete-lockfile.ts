import { readFileSync, writeFileSync } from "node:fs";

/** What this script reads of a package in the lockfile. */
interface LockedPackage {
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const SYSTEMS = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32", "aix"];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/**
 * Names the optional packages of other platforms that a lockfile lacks. `npm install` leaves out those that its registry does not
 * have, and `npm ci` then refuses the lockfile as out of step.
 */
export function missingOptionalPackages(packages: Readonly<Record<string, LockedPackage>>): Record<string, object> {
  const missing: Record<string, object> = {};
  for (const [path, { dev, optionalDependencies }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      const known = Object.keys(packages).some((other) => other.endsWith(`node_modules/${name}`));
      // Only a plain version can be locked without asking a registry.
      if (known || path === "" || !/^\d+\.\d+\.\d+$/.test(version)) continue;
      missing[`node_modules/${name}`] = { version, ...(dev ? { dev } : {}), optional: true, ...platform(name) };
    }
  }
  return missing;
}

/** What such packages say of themselves in their names: `binding-linux-x64-musl`. */
function platform(name: string): object {
  const parts = name.split("/").at(-1)?.split("-") ?? [];
  const os = SYSTEMS.find((system) => parts.includes(system));
  const cpu = PROCESSORS.find((processor) => parts.includes(processor));
  const libc = parts.some((part) => part.startsWith("musl"))
    ? "musl"
    : parts.some((part) => part.startsWith("gnu"))
      ? "glibc"
      : undefined;
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && { libc: [libc] }) };
}

if (import.meta.main) {
  const file = new URL("../package-lock.json", import.meta.url);
  const lock = JSON.parse(readFileSync(file, "utf8"));
  const missing = missingOptionalPackages(lock.packages);
  const entries = Object.entries({ ...lock.packages, ...missing }).sort(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(entries) }, null, 2)}\n`);
  process.stdout.write(
    `${Object.keys(missing).length} optional packages of other platforms added to package-lock.json\n`,
  );
}
