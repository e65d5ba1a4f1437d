import { Cluster as Cluster6 } from "ioredis";
import { Cluster as Cluster5 } from "ioredis-5";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { capture, type RedisCluster, startRedisCluster } from "../../../test/services/index.ts";
import { keySlot } from "../src/key-slot.ts";
import { eventually } from "./eventually.ts";
import { HEALTH_COMMANDS, heldCommands } from "./ioredis-versions.ts";
import { openBroker } from "./open-broker.ts";

type AnyCluster = Cluster5 | Cluster6;

const versions = [
  { major: 5, Cluster: Cluster5 },
  { major: 6, Cluster: Cluster6 },
] as const;

// One name per node: three masters share the slots evenly.
const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"];
const all = (value: number | string): Record<string, number | string> =>
  Object.fromEntries(NAMES.map((name) => [name, value]));

describe.each(versions)("a Cluster client of the caller's, of ioredis $major", ({ Cluster }) => {
  let cluster: RedisCluster;
  const clients: AnyCluster[] = [];

  const make = (options: object = {}): AnyCluster => {
    const client: AnyCluster = new Cluster([...cluster.startupNodes], options);
    client.on("error", () => {});
    clients.push(client);
    return client;
  };

  const cli = async (node: number, ...args: string[]): Promise<string> => {
    const result = await capture("redis-cli", ["-p", String(cluster.nodes[node]?.port), ...args]);
    expect(result.exitCode, result.stderr).toBe(0);
    return result.stdout.trim();
  };
  const onEachNode = (...args: string[]): Promise<string[]> => Promise.all([0, 1, 2].map((node) => cli(node, ...args)));
  /** Number of the node that serves a key, by its own slot map. */
  const nodeOf = async (client: AnyCluster, key: string): Promise<number> => {
    await eventually(() => client.status).toBe("ready");
    const owner = client.slots[keySlot(key)]?.[0];
    return cluster.nodes.findIndex(({ host, port }) => `${host}:${port}` === owner);
  };

  beforeAll(async () => {
    cluster = await startRedisCluster();
    // One node that fails is one node's queues, not the whole Cluster's.
    await onEachNode("config", "set", "cluster-require-full-coverage", "no");
  });

  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await onEachNode("flushall");
  });

  afterAll(() => cluster.stop());

  it("reads the queues of all nodes, with one command each, and survives the shutdown", async () => {
    const client = make();
    const broker = await openBroker(client, NAMES);
    await client.rpush("c", "x", "y");
    await broker.lengths();
    await onEachNode("config", "resetstat");
    expect(await broker.lengths()).toEqual({ ...all(0), c: 2 });
    const calls = (await onEachNode("info", "commandstats")).map((text) => Number(/llen:calls=(\d+)/.exec(text)?.[1]));
    const nodes = await Promise.all(NAMES.map((name) => nodeOf(client, name)));
    expect(calls).toEqual([0, 1, 2].map((node) => nodes.filter((one) => one === node).length));
    expect(Math.min(...calls)).toBeGreaterThan(0);

    const ours = (): number[] =>
      [client, ...client.nodes()].flatMap((emitter) =>
        ["ready", "close", "end", "error"].map((event) => emitter.listenerCount(event)),
      );
    const during = ours();
    await broker.shutdown();
    const after = ours();
    expect(after.reduce((sum, count) => sum + count)).toBe(during.reduce((sum, count) => sum + count) - 4);
    expect(await client.get("x")).toBeNull();
  });

  it.each([
    ["of the Cluster", { keyPrefix: "app:" }],
    ["of its nodes", { redisOptions: { keyPrefix: "app:" } }],
    ["of both", { keyPrefix: "app:", redisOptions: { keyPrefix: "app:" } }],
  ])("honours the key prefix %s", async (_, options) => {
    const client = make(options);
    await using broker = await openBroker(client, NAMES);
    for (const name of NAMES) await client.rpush(name, "x");
    expect(await broker.lengths()).toEqual(all(1));
    expect((await onEachNode("keys", "*")).join("\n").split("\n").filter(Boolean).sort()).toEqual(
      NAMES.map((name) => `app:${name}`),
    );
  });

  it("connects one that connects lazily", async () => {
    await using broker = await openBroker(make({ lazyConnect: true }), NAMES);
    expect(await broker.lengths()).toEqual(all(0));
  });

  it("loses only the queues of a frozen node, and holds one reading of it through 200", async () => {
    const client = make();
    await using broker = await openBroker(client, NAMES, { deadlineMs: 2000 });
    await eventually(() => broker.lengths()).toEqual(all(0));
    const nodes = await Promise.all(NAMES.map((name) => nodeOf(client, name)));
    const frozen = nodes[0] as number;
    const expected = Object.fromEntries(NAMES.map((name, index) => [name, nodes[index] === frozen ? "timeout" : 0]));
    cluster.nodes[frozen]?.freeze();
    try {
      for (let count = 0; count < 200; count++) expect(await broker.lengths()).toEqual(expected);
      const held = client.nodes().map((node) => heldCommands(node));
      expect(held.sort()).toEqual([0, 0, nodes.filter((node) => node === frozen).length + HEALTH_COMMANDS]);
    } finally {
      cluster.nodes[frozen]?.resume();
    }
    await eventually(() => broker.lengths()).toEqual(all(0));
  });

  it("loses only the queues of a killed node, and reads them again when it is back", async () => {
    const client = make();
    await using broker = await openBroker(client, NAMES);
    await eventually(() => broker.lengths()).toEqual(all(0));
    const nodes = await Promise.all(NAMES.map((name) => nodeOf(client, name)));
    const killed = nodes[1] as number;
    const expected = Object.fromEntries(NAMES.map((name, index) => [name, nodes[index] === killed ? "refused" : 0]));
    await cluster.nodes[killed]?.kill();
    try {
      await eventually(() => broker.lengths()).toEqual(expected);
    } finally {
      await cluster.nodes[killed]?.restart();
    }
    await cli(killed, "config", "set", "cluster-require-full-coverage", "no");
    await eventually(() => broker.lengths()).toEqual(all(0));
  });

  it("follows a slot while it moves and after it has moved", async () => {
    const client = make();
    await using broker = await openBroker(client, NAMES);
    await client.rpush("a", "x", "y");
    await eventually(() => broker.lengths()).toEqual({ ...all(0), a: 2 });
    const slot = String(keySlot("a"));
    const source = await nodeOf(client, "a");
    const target = (source + 1) % 3;
    const [sourceId, targetId] = [await cli(source, "cluster", "myid"), await cli(target, "cluster", "myid")];

    await cli(target, "cluster", "setslot", slot, "importing", sourceId);
    await cli(source, "cluster", "setslot", slot, "migrating", targetId);
    expect(await broker.lengths()).toEqual({ ...all(0), a: 2 });
    await cli(source, "migrate", "127.0.0.1", String(cluster.nodes[target]?.port), "a", "0", "5000");
    expect(await broker.lengths()).toEqual({ ...all(0), a: 2 });
    await cli(target, "cluster", "setslot", slot, "node", targetId);
    await cli(source, "cluster", "setslot", slot, "node", targetId);
    expect(await broker.lengths()).toEqual({ ...all(0), a: 2 });

    // The client's own map is refreshed, so that the next reading goes straight to the new node.
    await eventually(() => nodeOf(client, "a")).toBe(target);
    expect(await broker.lengths()).toEqual({ ...all(0), a: 2 });
  });

  it("answers for every queue when no node can be reached", async () => {
    const client: AnyCluster = new Cluster([{ host: "127.0.0.1", port: 1 }], { clusterRetryStrategy: () => 60_000 });
    client.on("error", () => {});
    clients.push(client);
    await using broker = await openBroker(client, NAMES);
    await eventually(() => broker.lengths()).toEqual(all("refused"));
  });
});
