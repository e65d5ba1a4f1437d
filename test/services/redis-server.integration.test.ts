import { Redis } from "ioredis";
import { describe, expect, it, onTestFinished } from "vitest";
import { type RedisOptions, type RedisServer, startRedis } from "./index.ts";

async function server(options?: RedisOptions): Promise<RedisServer> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  return redis;
}

function client(redis: RedisServer): Redis {
  const connection = new Redis(redis.url, { commandTimeout: 2000, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  connection.on("error", () => {});
  onTestFinished(() => connection.disconnect());
  return connection;
}

describe("startRedis", () => {
  it("answers on its URL, with the password in it", async () => {
    const redis = await server({ password: 'p@ss "word"' });
    expect(await client(redis).ping()).toBe("PONG");
    const stranger = new Redis(redis.port, redis.host, { retryStrategy: () => null });
    stranger.on("error", () => {});
    onTestFinished(() => stranger.disconnect());
    await expect(stranger.get("key")).rejects.toThrow("NOAUTH");
  });

  it("stays connected and silent while frozen, and answers after resume", async () => {
    const redis = await server();
    const connection = client(redis);
    await connection.ping();
    redis.freeze();
    await expect(connection.ping()).rejects.toThrow("Command timed out");
    expect(connection.status).toBe("ready");
    redis.resume();
    await expect.poll(() => connection.ping().catch(String)).toBe("PONG");
  });

  it("refuses after a kill, and is empty on the same port after a restart", async () => {
    const redis = await server();
    const { pid, port } = redis;
    await client(redis).lpush("jobs", "a");
    await redis.kill();
    await expect(client(redis).ping()).rejects.toThrow(/Connection is closed|ECONNREFUSED/);
    await redis.restart();
    expect(redis.port).toBe(port);
    expect(redis.pid).not.toBe(pid);
    expect(await client(redis).llen("jobs")).toBe(0);
  });

  it("keeps its data over a restart when append-only is asked for", async () => {
    const redis = await server({ args: ["--appendonly", "yes", "--appendfsync", "always"] });
    await client(redis).lpush("jobs", "a", "b");
    await redis.restart();
    expect(await client(redis).llen("jobs")).toBe(2);
  });

  it("can be stopped while frozen, and twice", async () => {
    const redis = await server();
    redis.freeze();
    await redis.stop();
    await redis.stop();
    expect(() => process.kill(redis.pid, 0)).toThrow("ESRCH");
  });
});
