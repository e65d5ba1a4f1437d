import { expect, test } from "vitest";
import { ScrapeRhythm } from "../../src/shared-totals/scrape-rhythm.ts";

function start() {
  let now = 0;
  const rhythm = new ScrapeRhythm(() => now);
  const scrapeAt = (at: number, from = "10.0.0.1", timeoutMs = 1000): void => {
    now = at;
    rhythm.note({ from, timeoutMs });
  };
  return { rhythm, scrapeAt };
}

test("one scrape tells no interval, two do", () => {
  const { rhythm, scrapeAt } = start();
  expect(rhythm.quietMs).toBe(Number.POSITIVE_INFINITY);
  scrapeAt(1000);
  expect(rhythm.intervalMs).toBeUndefined();
  scrapeAt(16_000);
  expect(rhythm).toMatchObject({ intervalMs: 15_000, timeoutMs: 1000, quietMs: 0 });
});

test("of two scrapers the interval of each counts, not the time between them", () => {
  const { rhythm, scrapeAt } = start();
  for (const at of [0, 15_000, 30_000]) {
    scrapeAt(at, "10.0.0.1", 10_000);
    scrapeAt(at + 4000, "10.0.0.2", 5000);
  }
  expect(rhythm).toMatchObject({ intervalMs: 15_000, timeoutMs: 10_000 });
});

test("a scrape that failed to come makes the interval longer for a while", () => {
  const { rhythm, scrapeAt } = start();
  for (const at of [0, 5000, 15_000]) scrapeAt(at);
  expect(rhythm.intervalMs).toBe(10_000);
  for (const at of [20_000, 25_000, 30_000, 35_000]) scrapeAt(at);
  expect(rhythm.intervalMs).toBe(5000);
});

test("two requests at once are one, and a pause of more than ten minutes begins anew", () => {
  const { rhythm, scrapeAt } = start();
  for (const at of [0, 100]) scrapeAt(at);
  expect(rhythm.intervalMs).toBeUndefined();
  for (const at of [5000, 700_000]) scrapeAt(at);
  expect(rhythm.intervalMs).toBeUndefined();
});
