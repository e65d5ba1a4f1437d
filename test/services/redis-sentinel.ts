import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { capture } from "./capture.ts";
import { type RunningProcess, startProcess } from "./child-process.ts";
import { freePort } from "./free-port.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";
import { tempDirectory } from "./temp-directory.ts";
import { waitUntil } from "./wait-until.ts";

/** A master and its replica, watched by Sentinels that promote the replica when the master is down for a second. */
export interface RedisSentinels extends AsyncDisposable {
  /** Name of the master, as clients ask for it. */
  readonly name: "tasks";
  /** Where a client starts to look. */
  readonly sentinels: readonly { readonly host: string; readonly port: number }[];
  /** The master at the start, then the replica. A `restart` of the first makes it a master again: an empty one, until the Sentinels see it. */
  readonly servers: readonly [RedisServer, RedisServer];
  /** The server that every Sentinel calls the master now; `undefined` while they disagree. */
  master(): Promise<RedisServer | undefined>;
  /** Ends all of them. Idempotent. */
  stop(): Promise<void>;
}

/** Starts them; resolves when the replica is in step and the Sentinels know it and each other. */
export async function startRedisSentinels(options: { readonly sentinels: number }): Promise<RedisSentinels> {
  const started: { stop(): Promise<unknown> }[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((one) => one.stop()));
  };
  try {
    // The replica asks once a second; nobody else is to be waited for.
    const args = ["--repl-diskless-sync-delay", "0"];
    const first = await startRedis({ args });
    started.push(first);
    const replica = await startRedis({ args: [...args, "--replicaof", "127.0.0.1", String(first.port)] });
    started.push(replica);
    await untilSaid(replica.port, ["info", "replication"], "master_link_status:up");

    const ports: number[] = [];
    for (let index = 0; index < options.sentinels; index++) {
      const port = await freePort();
      started.push(await startSentinel(port, first.port, Math.floor(options.sentinels / 2) + 1));
      ports.push(port);
    }
    const others = `num-other-sentinels\n${options.sentinels - 1}\n`;
    for (const port of ports) await untilSaid(port, ["sentinel", "master", "tasks"], "num-slaves\n1\n", others);

    const servers = [first, replica] as const;
    return {
      name: "tasks",
      sentinels: ports.map((port) => ({ host: "127.0.0.1", port })),
      servers,
      async master() {
        const asked = ports.map((port) => ask(port, ["sentinel", "get-master-addr-by-name", "tasks"]));
        const named = new Set(await Promise.all(asked));
        if (named.size > 1) return undefined;
        return servers.find(({ port }) => named.has(`127.0.0.1\n${port}\n`));
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startSentinel(port: number, master: number, quorum: number): Promise<{ stop(): Promise<void> }> {
  const directory = tempDirectory("sentinel");
  // A Sentinel writes what it learns into its configuration.
  const file = join(directory.path, "sentinel.conf");
  const lines = [
    ...["bind 127.0.0.1", `port ${port}`, `dir ${directory.path}`],
    `sentinel monitor tasks 127.0.0.1 ${master} ${quorum}`,
    "sentinel down-after-milliseconds tasks 1000",
    "sentinel failover-timeout tasks 5000",
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const start: Promise<RunningProcess> = startProcess({
    command: "redis-server",
    args: [file, "--sentinel"],
    readyWhen: async () => (await ask(port, ["ping"])) === "PONG\n",
  });
  const sentinel = await start.catch((error: unknown) => {
    directory.remove();
    throw error;
  });
  return {
    async stop() {
      await sentinel.stop();
      directory.remove();
    },
  };
}

async function ask(port: number, command: readonly string[]): Promise<string> {
  return (await capture("redis-cli", ["-p", String(port), ...command])).stdout.replaceAll("\r", "");
}

async function untilSaid(port: number, command: readonly string[], ...parts: readonly string[]): Promise<void> {
  const said = async (): Promise<boolean> => {
    const text = await ask(port, command);
    return parts.every((part) => text.includes(part));
  };
  await waitUntil(said, { what: `port ${port} to say ${parts.join()}`, timeoutMs: 60_000, intervalMs: 50 });
}
