import { capture } from "./capture.ts";
import { freeClusterPort } from "./free-port.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";
import { waitUntil } from "./wait-until.ts";

/** A Redis Cluster of masters that share all 16 384 slots. */
export interface RedisCluster extends AsyncDisposable {
  readonly nodes: readonly RedisServer[];
  /** Where a cluster client starts to look: every node. */
  readonly startupNodes: readonly { readonly host: string; readonly port: number }[];
  /** Ends every node. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a cluster of at least three masters without replicas; resolves when every node says `cluster_state:ok`. */
export async function startRedisCluster(options: { readonly nodes: number } = { nodes: 3 }): Promise<RedisCluster> {
  const nodes: RedisServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    // One after the other: each must see that the ports of the former are taken.
    for (let index = 0; index < options.nodes; index++) {
      const args = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
      nodes.push(await startRedis({ port: await freeClusterPort(), args }));
    }
    await createCluster(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  const startupNodes = nodes.map(({ host, port }) => ({ host, port }));
  return { nodes, startupNodes, stop, [Symbol.asyncDispose]: stop };
}

async function createCluster(nodes: readonly RedisServer[]): Promise<void> {
  const addresses = nodes.map(({ host, port }) => `${host}:${port}`);
  const created = await capture("redis-cli", ["--cluster", "create", ...addresses, "--cluster-yes"]);
  if (created.exitCode !== 0) throw new Error(`redis-cli --cluster create failed:\n${created.stdout}${created.stderr}`);
  for (const { port } of nodes) {
    await waitUntil(
      async () => {
        const { stdout } = await capture("redis-cli", ["-h", "127.0.0.1", "-p", String(port), "cluster", "info"]);
        return stdout.includes("cluster_state:ok") && stdout.includes(`cluster_known_nodes:${nodes.length}`);
      },
      { what: `the cluster node on port ${port} to agree`, timeoutMs: 60_000, intervalMs: 100 },
    );
  }
}
