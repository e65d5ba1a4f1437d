import { invalidOption } from "@taskvitals/core";
import type { BrokerConnection } from "./broker-connection.ts";
import { CallerConnection } from "./caller-connection.ts";
import { ClusterConnection } from "./cluster-connection.ts";
import { loadClientOpener } from "./open-client.ts";
import { OwnConnection } from "./own-connection.ts";
import { isCluster, type RedisClientLike } from "./redis-client-like.ts";
import { parseRedisUrl } from "./redis-url.ts";

/** Connects to a broker by URL, with a client of our own, or through a client of the caller's. */
export async function connectBroker(
  given: string | RedisClientLike,
  path: string,
  importIoredis: () => Promise<unknown>,
): Promise<BrokerConnection> {
  if (typeof given === "string") {
    return new OwnConnection(await loadClientOpener(parseRedisUrl(given, path), path, importIoredis));
  }
  const client = checkClient(given, path);
  return isCluster(client) ? new ClusterConnection(client) : new CallerConnection(client);
}

function checkClient(given: unknown, path: string): RedisClientLike {
  const client = given as { pipeline?: unknown; status?: unknown; mode?: unknown } | null | undefined;
  if (typeof client?.pipeline !== "function" || typeof client.status !== "string") {
    throw invalidOption({
      path,
      value: given,
      expected: "a redis:// or rediss:// URL, or a client (Redis or Cluster) of ioredis 5 or 6",
    });
  }
  const { mode = "normal" } = client;
  if (mode !== "normal") {
    throw invalidOption({
      path,
      expected: `a client that can be asked; this one is in ${mode} mode`,
      remedy: "Give another client, such as client.duplicate(), or a URL.",
    });
  }
  return given as RedisClientLike;
}
