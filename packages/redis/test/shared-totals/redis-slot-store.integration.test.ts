import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import { afterAll, beforeAll, describe } from "vitest";
import { type RedisServer, redisVersions, startRedis } from "../../../../test/services/index.ts";
import { exerciseSlotStore } from "../../../core/test/shared-totals/exercise-slot-store.ts";
import { openStore } from "./open-store.ts";

describe.each(redisVersions())("$name", ({ name, program }) => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis({ program });
  });
  afterAll(() => server.stop());

  exerciseSlotStore(`${name}, by URL`, async () => openStore(server.url));
});

describe("a client of the caller's", () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  describe.each([
    ["ioredis 6", () => new Redis(server.url)],
    ["ioredis 6 that speaks RESP3", () => new Redis(server.url, { protocol: 3 })],
    ["ioredis 6 with a prefix", () => new Redis(server.url, { keyPrefix: "app:" })],
    ["ioredis 5", () => new Redis5(server.url)],
  ] as const)("%s", (name, connect) => {
    exerciseSlotStore(name, async () => {
      const client = connect();
      const opened = await openStore(client);
      return {
        store: opened.store,
        [Symbol.asyncDispose]: async () => {
          await opened[Symbol.asyncDispose]();
          client.disconnect();
        },
      };
    });
  });
});
