import type { TotalsKeeper } from "@taskvitals/redis";
import { expect, test } from "vitest";
import { PageTurn } from "../../src/shared-totals/page-turn.ts";

/** A turn with a lease that the test gives and takes. */
function start() {
  let now = 0;
  let keeper: TotalsKeeper | undefined;
  let isHeld = false;
  const asked: number[] = [];
  const problems: string[] = [];
  const turn = new PageTurn({
    name: "page",
    hold: async (_, ttlMs, given) => {
      asked.push(ttlMs);
      keeper = given;
      return {
        get isHeld() {
          return isHeld;
        },
        shutdown: async () => {
          isHeld = false;
          keeper = undefined;
        },
      };
    },
    now: () => now,
    onProblem: (_, message) => void problems.push(message),
  });
  return {
    turn,
    asked,
    problems,
    isWanted: () => keeper !== undefined,
    give: () => {
      isHeld = true;
      keeper?.acquired(undefined);
    },
    take: () => {
      isHeld = false;
      keeper?.lost();
    },
    at: (ms: number) => {
      now = ms;
    },
    scrapeAt: async (ms: number) => {
      now = ms;
      turn.onScrape({ from: "10.0.0.1", timeoutMs: 10_000 });
      await Promise.resolve();
    },
  };
}

test("the lease is wanted from the second scrape on, for longer than a scrape and its time-out", async () => {
  const { asked, scrapeAt } = start();
  await scrapeAt(0);
  expect(asked).toEqual([]);
  await scrapeAt(15_000);
  await scrapeAt(30_000);
  expect(asked).toEqual([35_000]);
});

test("the turn begins an interval and a time-out after the lease, and ends with it", async () => {
  const { turn, scrapeAt, give, take, at } = start();
  await scrapeAt(0);
  await scrapeAt(15_000);
  await scrapeAt(30_000);
  give();
  at(54_999);
  expect([turn.isHeld, turn.isOurs]).toEqual([true, false]);
  at(55_000);
  expect(turn.isOurs).toBe(true);
  take();
  expect(turn.isOurs).toBe(false);
  give();
  expect(turn.isOurs).toBe(false);
  at(80_000);
  expect(turn.isOurs).toBe(true);
});

test("whose scraper has gone lets others in, and comes back with it", async () => {
  const { turn, scrapeAt, give, at, isWanted, asked } = start();
  await scrapeAt(0);
  await scrapeAt(15_000);
  give();
  at(75_000);
  await turn.yieldIfIdle();
  expect(isWanted()).toBe(true);
  at(75_001);
  await turn.yieldIfIdle();
  expect([isWanted(), turn.isHeld]).toEqual([false, false]);
  await scrapeAt(200_000);
  await scrapeAt(215_000);
  expect(asked).toEqual([35_000, 35_000]);
  await turn.end();
  await scrapeAt(230_000);
  expect(isWanted()).toBe(false);
});
