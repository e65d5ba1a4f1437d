import { Cluster } from "ioredis";
import { expect, it } from "vitest";
import { startRedisCluster } from "./index.ts";

it("a cluster takes keys of every slot group on three nodes", async () => {
  await using cluster = await startRedisCluster({ nodes: 3 });
  const client = new Cluster([...cluster.startupNodes]);
  try {
    const keys = Array.from({ length: 30 }, (_, index) => `jobs-${index}`);
    for (const key of keys) await client.lpush(key, "x");
    const lengths = await Promise.all(keys.map((key) => client.llen(key)));
    expect(lengths).toEqual(keys.map(() => 1));
    const sizes = await Promise.all(client.nodes("master").map((node) => node.dbsize()));
    expect(sizes).toHaveLength(3);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(30);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
  } finally {
    client.disconnect();
  }
});
