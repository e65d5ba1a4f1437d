import { Redis } from "ioredis";
import { afterEach, describe, expect, it } from "vitest";
import { freePort, type RedisSentinels, startRedisSentinels } from "../../../test/services/index.ts";
import { eventually } from "./eventually.ts";
import { type AnyRedis, ioredisVersions } from "./ioredis-versions.ts";
import { type OpenBroker, openBroker } from "./open-broker.ts";

/** What a reading says: the length of the queue, or why there is none, and whether the broker is up. */
interface Said {
  readonly jobs: number | string | undefined;
  readonly up: boolean | undefined;
}

describe.each(ioredisVersions)(
  "a client of the caller's that asks Sentinels, of ioredis $major",
  ({ Redis: Client }) => {
    const clients: { disconnect(): void }[] = [];

    const make = (sentinels: RedisSentinels["sentinels"], options: object = {}): AnyRedis => {
      const Sentinelled = Client as unknown as new (options: object) => AnyRedis;
      const client = new Sentinelled({ sentinels, name: "tasks", sentinelRetryStrategy: () => 100, ...options });
      client.on("error", () => {});
      clients.push(client);
      return client;
    };

    const admin = (url: string): Redis => {
      const client = new Redis(url);
      clients.push(client);
      return client;
    };

    /** Reads until a reading is as wanted; answers all that were said on the way. */
    const readUntil = async (broker: OpenBroker, wanted: Said): Promise<Said[]> => {
      const said: Said[] = [];
      await eventually(async () => {
        const { queues, health } = await broker.read();
        const [jobs] = queues;
        const now = { jobs: jobs?.ok ? jobs.ready : jobs?.reason, up: health?.up };
        said.push(now);
        return now;
      }).toEqual(wanted);
      return said;
    };

    afterEach(() => {
      for (const client of clients.splice(0)) client.disconnect();
    });

    it("reads nothing while nobody is master, and the truth of the new one afterwards", async () => {
      await using topology = await startRedisSentinels({ sentinels: 3 });
      const [old, replica] = topology.servers;
      const client = make(topology.sentinels, { retryStrategy: () => 100 });
      await client.rpush("jobs", "a", "b");
      await client.wait(1, 20_000);
      await using broker = await openBroker(client, ["jobs"], { deadlineMs: 1000 });
      await readUntil(broker, { jobs: 2, up: true });

      await old.kill();
      await readUntil(broker, { jobs: "refused", up: false });
      const failover = await readUntil(broker, { jobs: 2, up: true });
      for (const { jobs, up } of failover.slice(0, -1)) {
        expect(["refused", "timeout"]).toContain(jobs);
        expect(up).toBe(false);
      }
      await eventually(() => topology.master()).toBe(replica);
      expect(await client.rpush("jobs", "c")).toBe(3);
      await readUntil(broker, { jobs: 3, up: true });

      // The old one comes back as a master without data, until the Sentinels see it.
      await old.restart();
      client.disconnect(true);
      const after = await readUntil(broker, { jobs: 3, up: true });
      for (const { jobs } of after) expect([3, "refused", "timeout"]).toContain(jobs);
    });

    it("never reads a master that was given up while it was frozen, when the client listens for a change of master", async () => {
      await using topology = await startRedisSentinels({ sentinels: 1 });
      const [old, replica] = topology.servers;
      const client = make(topology.sentinels, { failoverDetector: true, retryStrategy: () => 100 });
      await client.rpush("jobs", "a", "b");
      await client.wait(1, 20_000);
      await using broker = await openBroker(client, ["jobs"], { deadlineMs: 1000 });
      await readUntil(broker, { jobs: 2, up: true });

      old.freeze();
      try {
        await readUntil(broker, { jobs: "timeout", up: false });
        await eventually(() => topology.master()).toBe(replica);
        await admin(replica.url).rpush("jobs", "c");
        await readUntil(broker, { jobs: 3, up: true });
      } finally {
        old.resume();
      }
      // It still takes itself for the master and holds two.
      expect(await admin(old.url).llen("jobs")).toBe(2);
      for (let count = 0; count < 100; count++) expect(await broker.lengths()).toEqual({ jobs: 3 });
    });

    it("says so when no Sentinel can be reached", async () => {
      const client = make([{ host: "127.0.0.1", port: await freePort() }], { sentinelRetryStrategy: () => 60_000 });
      await using broker = await openBroker(client, ["jobs"], { deadlineMs: 300 });
      const said = await broker.read();
      expect(said.health).toMatchObject({ up: false, pingSeconds: undefined });
      expect(said.queues).toMatchObject([{ ok: false, reason: expect.stringMatching(/^(refused|timeout)$/) }]);
    });
  },
);
