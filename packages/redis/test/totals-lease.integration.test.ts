import { holdTotalsLease, type TotalsLease } from "@taskvitals/redis";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type RedisServer, startRedis } from "../../../test/services/index.ts";

const TTL_MS = 2000;
const POLL = { timeout: 20_000, interval: 20 };

/** A replica that counts, keeps and takes over one number. */
interface Replica extends AsyncDisposable {
  readonly lease: TotalsLease;
  /** What it shows: nothing while the lease is not its own. */
  shown(): number | undefined;
  count(by: number): void;
}

describe("the lease of totals", () => {
  let server: RedisServer;
  let redis: Redis;
  const problems: string[] = [];

  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url).on("error", () => {});
  });
  afterEach(async () => {
    await redis.flushall();
    problems.length = 0;
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  const start = async (): Promise<Replica> => {
    let total: number | undefined;
    const lease = await holdTotalsLease({
      connection: server.url,
      path: "redis",
      ttlMs: TTL_MS,
      keeper: {
        acquired: (kept) => {
          total = Number(kept ?? 0);
        },
        save: () => String(total),
        lost: () => {
          total = undefined;
        },
      },
      onProblem: (operation, message) => problems.push(`${operation}: ${message}`),
    });
    return {
      lease,
      shown: () => (lease.isHeld ? total : undefined),
      count: (by) => {
        if (total !== undefined) total += by;
      },
      [Symbol.asyncDispose]: () => lease.shutdown(),
    };
  };

  it("is held by one replica at a time, and handed over with its totals at shutdown", async () => {
    await using first = await start();
    await expect.poll(() => first.shown(), POLL).toBe(0);
    await using second = await start();
    first.count(7);
    expect(second.shown()).toBeUndefined();
    await first.lease.shutdown();
    expect(first.shown()).toBeUndefined();
    await expect.poll(() => second.shown(), POLL).toBe(7);
    expect(problems).toEqual([]);
  });

  it("is kept alive for as long as its holder lives", async () => {
    await using first = await start();
    await expect.poll(() => first.shown(), POLL).toBe(0);
    await using second = await start();
    const end = performance.now() + 3 * TTL_MS;
    await expect
      .poll(() => {
        expect([first.shown(), second.shown()]).toEqual([0, undefined]);
        return performance.now() > end;
      }, POLL)
      .toBe(true);
  });

  it("is lost to who took it, and what the loser had counted since is not kept over it", async () => {
    await using first = await start();
    await expect.poll(() => first.shown(), POLL).toBe(0);
    first.count(5);
    // As after a freeze in which another replica took over.
    await redis.set("taskvitals:{default}:lease", "somebody else", "PX", 60_000);
    await redis.set("taskvitals:{default}:lease:totals", "100");
    await expect.poll(() => first.shown(), POLL).toBeUndefined();
    expect(await redis.get("taskvitals:{default}:lease:totals")).toBe("100");
  });

  it("is taken back by its holder, with all it has counted, when the server lost its memory", async () => {
    await using first = await start();
    await expect.poll(() => first.shown(), POLL).toBe(0);
    first.count(5);
    await expect.poll(() => redis.get("taskvitals:{default}:lease:totals"), POLL).toBe("5");
    await using second = await start();
    // It has to look before it can know that somebody keeps totals.
    const asked = async (): Promise<number> =>
      Number(/cmdstat_eval:calls=(\d+)/.exec(await redis.info("commandstats"))?.[1] ?? 0);
    const before = await asked();
    await expect.poll(asked, POLL).toBeGreaterThan(before + 6);
    for (let round = 0; round < 3; round++) {
      await redis.flushall();
      first.count(1);
      await expect.poll(() => redis.get("taskvitals:{default}:lease:totals"), POLL).toBe(String(6 + round));
      expect([first.shown(), second.shown()]).toEqual([6 + round, undefined]);
    }
    expect(problems).toEqual([]);
  });

  it("goes to who waits when its holder and the server's memory are both gone", async () => {
    const first = await start();
    await expect.poll(() => first.shown(), POLL).toBe(0);
    first.count(5);
    await using second = await start();
    await expect.poll(() => redis.get("taskvitals:{default}:lease:totals"), POLL).toBe("5");
    await first.lease.shutdown();
    await redis.flushall();
    await expect.poll(() => second.shown(), POLL).toBeDefined();
  });

  it("ends by its holder's own clock when Redis does not answer, before anybody else may have it", async () => {
    await using first = await start();
    await expect.poll(() => first.shown(), POLL).toBe(0);
    first.count(3);
    await expect.poll(() => redis.get("taskvitals:{default}:lease:totals"), POLL).toBe("3");
    server.freeze();
    const frozen = performance.now();
    try {
      // Its own clock ends it: asked at the end of the time, it is over, however late this process is.
      await expect.poll(() => performance.now() - frozen, POLL).toBeGreaterThan(TTL_MS);
      expect(first.shown()).toBeUndefined();
    } finally {
      server.resume();
    }
    await expect.poll(() => first.shown(), POLL).toBe(3);
    expect(problems[0]).toMatch(/^lease: The lease of the totals cannot be kept: timeout/);
  });

  it("waits for a Redis that is not there, and takes the lease when it is", async () => {
    await server.kill();
    await using first = await start();
    await expect.poll(() => problems.length, POLL).toBeGreaterThan(0);
    expect(first.shown()).toBeUndefined();
    await server.restart();
    await expect.poll(() => first.shown(), POLL).toBe(0);
  });
});
