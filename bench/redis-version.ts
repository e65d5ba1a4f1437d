import { capture } from "../test/services/index.ts";

/** Version of the `redis-server` that the benchmarks start. */
export async function redisVersion(): Promise<string> {
  const { stdout } = await capture("redis-server", ["--version"]);
  return /v=(\S+)/.exec(stdout)?.[1] ?? "unknown";
}
