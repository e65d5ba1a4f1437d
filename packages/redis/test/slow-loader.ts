import { Redis } from "ioredis";
import { onTestFinished } from "vitest";
import { capture, type RedisServer, startRedis } from "../../../test/services/index.ts";

/** A server with one task in the list `jobs`, which after a restart is loading its data until it is told to be quick. */
export interface SlowLoader {
  readonly server: RedisServer;
  /** Has what is left of the data loaded at once. */
  endLoading(): Promise<void>;
}

/** Starts one; ended with the test. */
export async function startSlowLoader(): Promise<SlowLoader> {
  // Half a minute for 1 500 keys, in which it answers every few keys.
  const server = await startRedis({
    args: ["--key-load-delay", "20000", "--loading-process-events-interval-bytes", "1024"],
  });
  onTestFinished(() => server.stop());
  const filler = new Redis(server.url);
  await filler.eval("for i = 1, 1500 do redis.call('set', 'key' .. i, string.rep('x', 100)) end", 0);
  await filler.rpush("jobs", "a");
  await filler.save();
  filler.disconnect();
  return {
    server,
    async endLoading() {
      const { stdout } = await capture("redis-cli", [
        "-p",
        String(server.port),
        "config",
        "set",
        "key-load-delay",
        "0",
      ]);
      if (stdout.trim() !== "OK") throw new Error(`the server would not be quick: ${stdout}`);
    },
  };
}
