import { parseQueue } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { type RedisServer, startRedis, startTcpProxy } from "../../../test/services/index.ts";
import type { BrokerConnection } from "../src/broker-connection.ts";
import { connectBroker } from "../src/connect-broker.ts";
import { type LayoutName, layouts } from "../src/layouts/layouts.ts";
import { Discovery, type DiscoveryOptions, type LabelClaims } from "../src/reading/discovery.ts";
import { eventually } from "./eventually.ts";
import { HEALTH_COMMANDS, heldCommands } from "./ioredis-versions.ts";
import { BullmqQueues } from "./layouts/bullmq-queues.ts";
import { type OpenBroker, openBroker } from "./open-broker.ts";

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  const slowlog = ["--slowlog-log-slower-than", "0", "--slowlog-max-len", "5000"];
  server = await startRedis({ args: ["--enable-debug-command", "yes", ...slowlog] });
  redis = new Redis(server.url);
});

beforeEach(async () => void (await redis.flushall()));

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const open = async (connection: string | Redis, queues: readonly string[], deadlineMs = 5000): Promise<OpenBroker> => {
  const broker = await openBroker(connection, [], { deadlineMs });
  onTestFinished(() => broker.shutdown());
  for (const queue of queues) broker.add(parseQueue(queue, "queues"));
  return broker;
};

/** Makes keys that are nobody's queues. */
const populate = (keys: number): Promise<unknown> => redis.call("debug", "populate", String(keys), "unrelated", "10");

/** How often SCAN was called. */
const scans = async (): Promise<number> =>
  Number(/cmdstat_scan:calls=(\d+)/.exec(await redis.info("commandstats"))?.[1] ?? 0);

/** Durations of SCAN in the server, in microseconds, the shortest first. */
const durations = async (): Promise<number[]> => {
  const entries = (await redis.slowlog("GET", 5000)) as [number, number, number, string[]][];
  return entries.flatMap(([, , duration, [name]]) => (name === "scan" ? [duration] : [])).sort((a, b) => a - b);
};

describe("looking for queues among 200 000 other keys", () => {
  it("finds them all, in steps of 500 keys", async () => {
    await populate(200_000);
    await using framework = await BullmqQueues.start(6, server);
    for (const name of ["mails", "reports", "with space", "{tag}", "st*ar"]) await framework.add(name, 1);
    await redis.config("RESETSTAT");
    await redis.slowlog("RESET");
    const broker = await open(server.url, ["bullmq:*"]);
    await eventually(scans).toBeGreaterThanOrEqual(400);
    await eventually(() => broker.lengths()).toEqual({ mails: 1, reports: 1, "with space": 1, "{tag}": 1, "st*ar": 1 });
    const each = await durations();
    expect(each.length).toBeLessThan(500);
    // Well under a millisecond on a quiet machine; here others may interrupt the server.
    expect(each[Math.floor(each.length / 2)]).toBeLessThan(5000);
  });

  it("costs readings nothing that are made meanwhile, however far away the server is, nor a shutdown", async () => {
    await populate(200_000);
    await using framework = await BullmqQueues.start(6, server);
    await framework.add("mails", 1);
    await using proxy = await startTcpProxy({ target: server.url });
    const broker = await open(proxy.url, ["bullmq:mails"], 3000);
    await eventually(() => broker.lengths()).toEqual({ mails: 1 });

    // Two rounds of 800 ms. With a step of the search in front of each it would be twice that.
    proxy.delay(400);
    await redis.config("RESETSTAT");
    broker.add(parseQueue("bullmq:*", "queues"));
    for (let count = 0; count < 3; count++) expect(await broker.lengths()).toEqual({ mails: 1 });
    expect(await scans()).toBeGreaterThan(1);
    expect(await scans()).toBeLessThan(400);
    const start = performance.now();
    await broker.shutdown();
    // The search would go on for minutes.
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

/** A search whose surveys the test starts itself. */
const search = async (
  layout: LayoutName,
  options: Partial<DiscoveryOptions> & { readonly url?: string } = {},
): Promise<{ discovery: Discovery; names(): string[] }> => {
  const connection =
    options.connection ?? (await connectBroker(options.url ?? server.url, "redis", () => import("ioredis")));
  const specification = parseQueue(`${layout}:*`, "queues");
  if (specification.kind !== "discovery") throw new Error("not a search");
  const discovery = new Discovery({
    layout: layouts[layout],
    layoutName: layout,
    fields: specification.fields,
    connection,
    claims: { claim: () => true, release: () => {} },
    isDeclared: () => false,
    label: (name) => name,
    ...options,
  });
  onTestFinished(async () => {
    connection.close();
    await discovery.close();
  });
  return { discovery, names: () => [...discovery.queues].map(({ name }) => name).sort() };
};

const addBullmq = (name: string | Buffer): Promise<unknown> =>
  redis.hset(Buffer.concat([Buffer.from("bull:"), Buffer.from(name), Buffer.from(":meta")]), "version", "bullmq");

/** Grants so many labels at a time. */
const claimsOf = (most: number): LabelClaims & { readonly granted: Set<string> } => {
  const granted = new Set<string>();
  return {
    granted,
    claim: (label) => granted.size < most && Boolean(granted.add(label)),
    release: (label) => void granted.delete(label),
  };
};

describe("a survey", () => {
  it("drops queues that are gone, and gives their labels back", async () => {
    const claims = claimsOf(10);
    const { discovery, names } = await search("bullmq", { claims });
    for (const name of ["a", "b", "c"]) await addBullmq(name);
    expect(await discovery.survey()).toBe(true);
    expect(names()).toEqual(["a", "b", "c"]);
    await redis.del("bull:b:meta");
    await addBullmq("d");
    expect(await discovery.survey()).toBe(true);
    expect(names()).toEqual(["a", "c", "d"]);
    expect([...claims.granted].sort()).toEqual(["a", "c", "d"]);
  });

  it("goes through an index that the framework keeps, without SCAN", async () => {
    const { discovery, names } = await search("rq");
    const queues = Array.from({ length: 3000 }, (_, index) => `queue-${index}`).sort();
    await redis.sadd("rq:queues", ...queues.map((name) => `rq:queue:${name}`));
    await redis.config("RESETSTAT");
    expect(await discovery.survey()).toBe(true);
    expect(names()).toEqual(queues);
    expect(await scans()).toBe(0);
    await redis.del("rq:queues");
    expect(await discovery.survey()).toBe(true);
    expect(names()).toEqual([]);
  });

  it("leaves out queues whose label is refused, and takes them as soon as there is room", async () => {
    const { discovery, names } = await search("bullmq", { claims: claimsOf(2) });
    for (const name of ["a", "b", "c"]) await addBullmq(name);
    await discovery.survey();
    expect(names()).toHaveLength(2);
    const [first, second] = names();
    await redis.del(`bull:${first}:meta`);
    // The place is free once the pass has shown that the queue is gone.
    await discovery.survey();
    await discovery.survey();
    expect(names()).toEqual(["a", "b", "c"].filter((name) => name !== first));
    expect(names()).toContain(second);
  });

  it("leaves out a queue whose name is not UTF-8, and says so", async () => {
    const { discovery, names } = await search("bullmq");
    await addBullmq("ключ");
    await addBullmq(Buffer.from([0x61, 0xff, 0xfe]));
    expect(await discovery.survey()).toBe(true);
    expect(names()).toEqual(["ключ"]);
    const detail = "the name of a queue is not UTF-8 text: it is left out";
    expect(discovery.failure).toEqual({ reason: "error", detail });
    await redis.flushall();
    await discovery.survey();
    expect(discovery.failure).toBeUndefined();
  });

  it("ends after half a million keys, goes on with the next, and drops nothing before the pass is whole", async () => {
    const { discovery, names } = await search("bullmq");
    await addBullmq("gone");
    expect(await discovery.survey()).toBe(true);
    await redis.flushall();
    await populate(600_000);
    await addBullmq("new");
    expect(await discovery.survey()).toBe(false);
    expect(discovery.failure).toBeUndefined();
    expect(names()).toContain("gone");
    expect(await discovery.survey()).toBe(true);
    expect(names()).toEqual(["new"]);
  });

  it("keeps what it found while the server says nothing, and starts over", async () => {
    await using proxy = await startTcpProxy({ target: server.url });
    const { discovery, names } = await search("bullmq", { url: proxy.url });
    await addBullmq("a");
    expect(await discovery.survey()).toBe(true);
    await redis.flushall();
    await addBullmq("b");
    proxy.stall();
    const survey = discovery.survey();
    proxy.dropAll();
    proxy.resume();
    expect(await survey).toBe(false);
    expect(names()).toEqual(["a"]);
    expect(discovery.failure?.detail).toMatch(/^queues cannot be looked for: /);
    await eventually(() => discovery.survey()).toBe(true);
    expect(names()).toEqual(["b"]);
    expect(discovery.failure).toBeUndefined();
  });
});

it("starts over when other servers than before hold the keys, so that none is missed", async () => {
  const servers = await Promise.all([startRedis({ args: ["--enable-debug-command", "yes"] }), startRedis()]);
  onTestFinished(async () => void (await Promise.all(servers.map((one) => one.stop()))));
  const [full, promoted] = servers.map(({ url }) => new Redis(url)) as [Redis, Redis];
  onTestFinished(() => {
    full.disconnect();
    promoted.disconnect();
  });
  // The first server is replaced by the last one while the second, which has most keys, is gone through.
  await redis.hset("bull:replaced:meta", "version", "bullmq");
  await full.call("debug", "populate", "5000", "unrelated", "10");
  await promoted.hset("bull:promoted:meta", "version", "bullmq");
  const single = await Promise.all(
    [server, ...servers].map(({ url }) => connectBroker(url, "redis", () => import("ioredis"))),
  );
  let steps = 0;
  const connection: BrokerConnection = {
    keyPrefix: "",
    async nodes(deadline) {
      const nodes = (await Promise.all(single.map((one) => one.nodes(deadline)))).flat();
      const named = nodes.map((node, index) => ({ id: `server-${index}`, exchange: node.exchange.bind(node) }));
      steps += 1;
      return steps === 1 ? named.slice(0, 2) : named.slice(1);
    },
    exchange: async () => [],
    close() {
      for (const one of single) one.close();
    },
  };
  const { discovery, names } = await search("bullmq", { connection });
  expect(await discovery.survey()).toBe(true);
  expect(names()).toEqual(["promoted"]);
});

describe("a search of a broker", () => {
  it("leaves one step and one reading at most unanswered on a frozen server", async () => {
    await using frozen = await startRedis({ args: ["--enable-debug-command", "yes"] });
    const client = new Redis(frozen.url, { maxRetriesPerRequest: null }).on("error", () => {});
    onTestFinished(() => client.disconnect());
    await client.call("debug", "populate", "200000", "unrelated", "10");
    const broker = await open(client, ["list:jobs", "bullmq:*"], 50);
    await eventually(() => broker.lengths()).toEqual({ jobs: 0 });
    frozen.freeze();
    try {
      for (let count = 0; count < 100; count++) expect(await broker.lengths()).toMatchObject({ jobs: "timeout" });
      const held = heldCommands(client);
      expect(held).toBeGreaterThan(HEALTH_COMMANDS);
      expect(held).toBeLessThanOrEqual(HEALTH_COMMANDS + 2);
    } finally {
      frozen.resume();
    }
    await eventually(() => broker.lengths()).toEqual({ jobs: 0 });
  });

  it("says under the layout's name that it is not allowed, costs no other queue its reading, and finds once it is", async () => {
    await addBullmq("mails");
    const commands = ["ping", "time", "info", "client|setname", ...layouts.bullmq.commands];
    await redis.call("acl", "setuser", "reader", "reset", "on", ">secret", "~*", ...commands.map((name) => `+${name}`));
    const broker = await open(`redis://reader:secret@127.0.0.1:${server.port}`, ["list:jobs", "bullmq:*"]);
    await eventually(() => broker.lengths()).toEqual({ jobs: 0, "bullmq:*": "auth" });
    const { queues } = await broker.read();
    expect(queues).toContainEqual({
      ok: false,
      queue: "bullmq:*",
      reason: "auth",
      detail: expect.stringMatching(/^queues cannot be looked for: NOPERM .*'scan'/),
    });
    expect(broker.has("bullmq:*")).toBe(false);
    await redis.call("acl", "setuser", "reader", "+scan");
    await eventually(() => broker.lengths()).toEqual({ jobs: 0, mails: 0 });
  });

  it("finds queues behind the key prefix of the caller's client", async () => {
    const client = new Redis(server.url, { keyPrefix: "app[1]:" });
    onTestFinished(() => client.disconnect());
    await client.hset("bull:mails:meta", "version", "bullmq");
    await client.rpush("bull:mails:wait", "1");
    await addBullmq("theirs");
    const broker = await open(client, ["bullmq:*"]);
    await eventually(() => broker.lengths()).toEqual({ mails: 1 });
  });

  it("reads a queue no more once it is gone, without waiting for the next survey, and a declared one still", async () => {
    await redis.sadd("rq:queues", "rq:queue:stays", "rq:queue:goes");
    const broker = await open(server.url, ["rq:*"]);
    await eventually(() => broker.lengths()).toEqual({ stays: 0, goes: 0 });
    await redis.srem("rq:queues", "rq:queue:goes");
    expect(await broker.lengths()).toEqual({ stays: 0 });
    broker.add(parseQueue("rq:goes", "queues"));
    expect(await broker.lengths()).toEqual({ stays: 0, goes: 0 });
  });
});
