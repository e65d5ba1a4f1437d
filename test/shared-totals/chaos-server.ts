import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { type RedisServer, startRedis, waitUntil } from "../services/index.ts";
import { type HostileProxy, startHostileProxy } from "./hostile-proxy.ts";

/** Something that happens to the store of the totals, and is over when its promise settles. */
export type Fault = () => Promise<void>;

/** A Redis of which everything bad can happen, behind a proxy. */
export interface ChaosServer extends AsyncDisposable {
  /** Through the proxy. */
  readonly url: string;
  /** Straight to it. */
  readonly client: Redis;
  /** What it gets over without losing a key. */
  readonly harmless: Readonly<Record<string, Fault>>;
  /** What makes it lose all it has, or its latest part. */
  readonly losing: Readonly<Record<string, Fault>>;
  /** Slots that are in the base. */
  folded(): Promise<number>;
}

/** Starts one; `random` decides how long things take. */
export async function startChaosServer(random: () => number): Promise<ChaosServer> {
  // Its file has every command that was answered: a process that is killed loses nothing that it had written.
  const server: RedisServer = await startRedis({ args: ["--appendonly", "yes"] });
  const proxy: HostileProxy = await startHostileProxy(server.port, random);
  const client = new Redis(server.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on("error", () => {});
  const between = (least: number, most: number): Promise<void> => pause(least + (most - least) * random());
  const restart = async (): Promise<void> => {
    await server.restart();
    const saysPong = async (): Promise<boolean> => (await client.ping()) === "PONG";
    await waitUntil(saysPong, { what: "the server to be back" });
  };
  return {
    url: proxy.url,
    client,
    harmless: {
      "replies lost after execution": async () => {
        proxy.loseReplies(0.5);
        await between(1000, 2500);
        proxy.loseReplies(0);
      },
      "every connection killed": async () => {
        for (let times = 0; times < 5; times++) {
          await client.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
          await between(20, 300);
        }
      },
      "connections cut and refused": async () => {
        proxy.refuse();
        await between(300, 1500);
        proxy.accept();
      },
      "a frozen server": async () => {
        server.freeze();
        await between(1000, 2500);
        server.resume();
      },
      "a restart with its file": restart,
    },
    losing: {
      "all keys deleted": async () => void (await client.flushall()),
      "a restart without anything": async () => {
        await client.flushall();
        await restart();
      },
      "a restart with an old file": async () => {
        await client.config("SET", "appendonly", "no");
        await between(1500, 3000);
        await restart();
      },
    },
    folded: () => client.hlen("taskvitals:{default}:1:folded"),
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await proxy[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}
