import { expect, test } from "vitest";
import { scrapeDeadlineMs, withinDeadline } from "../../src/endpoint/scrape-deadline.ts";

test.each([
  ["10", 9500],
  ["10.0", 9500],
  ["60", 59_500],
  ["5", 4500],
  ["1", 900],
  ["0.5", 450],
  ["0.001", 1],
  ["0.0000001", 1],
  ["1e9", 9500],
  ["999999999999", 3_599_500],
])("a scraper that waits %s s is answered within %i ms", (header, deadline) => {
  expect(scrapeDeadlineMs(header)).toBe(deadline);
});

test.each([
  undefined,
  "",
  "0",
  "0.0",
  "-1",
  "NaN",
  "Infinity",
  " 5",
  "5 ",
  "5s",
  "5, 5",
  ".5",
  "0x10",
  `${"1".repeat(400)}x`,
])("a timeout of %j counts as Prometheus' default of 10 s", (header) => {
  expect(scrapeDeadlineMs(header)).toBe(9500);
});

test("work that is done in time passes through, its failure too", async () => {
  await expect(withinDeadline(Promise.resolve(7), 1000)).resolves.toBe(7);
  await expect(withinDeadline(Promise.reject(new Error("broken")), 1000)).rejects.toThrow("broken");
});

test("work that takes longer is left behind with a reason", async () => {
  await expect(withinDeadline(new Promise(() => undefined), 20)).rejects.toThrow(
    "no page within 20 ms, which is what this scrape allows",
  );
});
