import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedis, waitUntil } from "../../../test/services/index.ts";
import type { Words } from "../src/command-words.ts";
import { clientPipelines, type SendPipeline } from "../src/pipeline.ts";
import { rawPipelines } from "../src/raw-pipeline.ts";
import { type AnyRedis, heldCommands, ioredisVersions } from "./ioredis-versions.ts";

describe.each(ioredisVersions)("pipelines that ioredis $major takes for one command", ({ Redis }) => {
  let server: RedisServer;
  let client: AnyRedis;
  let raw: SendPipeline;

  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url, { retryStrategy: null, enableOfflineQueue: false, protocol: 2 });
    client.on("error", () => {});
    await waitUntil(() => client.status === "ready", { what: "the client" });
    raw = rawPipelines(client) as SendPipeline;
  });

  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  it("bring the replies that its own pipelines bring", async () => {
    await client.set("text", "naïve 日本 🙂");
    await client.set("bytes", Buffer.of(0xff, 0x00, 0x80));
    await client.hset("hash", { a: 1, b: "zwei" });
    await client.zadd("set", 1.5, "one", 2, "zwölf");
    const commands: Words[] = [
      ["get", "text"],
      ["getBuffer", "bytes"],
      ["get", "missing"],
      ["llen", "text"],
      ["exists", "text"],
      ["hmget", "hash", "a", "missing", "b"],
      ["zrange", "set", 0, -1, "WITHSCORES"],
      ["zcount", "set", "-inf", 1.75],
      ["zrangeBuffer", "set", 0, 0],
      ["lrange", "no-list", 0, -1],
      ["type", "hash"],
      ["eval", "return {1,{KEYS[1],{}},false,redis.error_reply('NOT so')}", 1, "schlüssel"],
      ["eval", "return redis.error_reply('WRONG indeed')", 1, "key"],
      ["set", "more bytes", Buffer.of(0x00, 0xff, 0x0d, 0x0a), "EX", 60],
      ["getBuffer", "more bytes"],
      ["evalBuffer", "return {ARGV[1],ARGV[2],#ARGV[2]}", 1, "schlüssel", "größe", Buffer.of(0xff, 0x00)],
      ["eval", "return ARGV[1]", 1, "key", Buffer.from("bytes")],
      ["get", "text", "one word too many"],
      ["xinfo", "groups", "text"],
    ];
    const replies = await raw(commands).replies;
    expect(replies).toEqual(await clientPipelines(client)(commands).replies);
    expect(replies[0]).toEqual({ ok: true, value: "naïve 日本 🙂" });
    expect(replies[1]).toEqual({ ok: true, value: Buffer.of(0xff, 0x00, 0x80) });
    expect(replies[3]).toMatchObject({ ok: false, reason: "wrong_type" });
    expect(replies[14]).toEqual({ ok: true, value: Buffer.of(0x00, 0xff, 0x0d, 0x0a) });
  });

  it("bring each its own replies when they go out one behind the other, and among commands of others", async () => {
    const sent = Array.from({ length: 50 }, (_, pipeline) => {
      const commands = Array.from({ length: 40 }, (_, index): Words => ["echo", `${pipeline}/${index}`]);
      return { replies: raw(commands).replies, ping: client.echo(`between ${pipeline}`) };
    });
    for (const [pipeline, { replies, ping }] of sent.entries()) {
      const values = Array.from({ length: 40 }, (_, index) => ({ ok: true, value: `${pipeline}/${index}` }));
      expect(await replies).toEqual(values);
      expect(await ping).toBe(`between ${pipeline}`);
    }
    expect(heldCommands(client)).toBe(0);
  });

  it("are answered with a failure for each command when the connection breaks or is gone", async () => {
    const commands: Words[] = [["ping"], ["time"], ["ping"]];
    const ended = new Promise((resolve) => client.once("end", () => resolve(undefined)));
    server.freeze();
    const { replies } = raw(commands);
    await server.kill();
    const refused = { ok: false, reason: "refused" };
    expect(await replies).toMatchObject([refused, refused, refused]);
    await ended;
    expect(await raw(commands).replies).toMatchObject([refused, refused, refused]);
    expect(heldCommands(client)).toBe(0);
  });
});
