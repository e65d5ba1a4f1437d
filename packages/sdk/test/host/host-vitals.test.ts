import { expect, test } from "vitest";
import { startVitals } from "../start-vitals.ts";

const pid = String(process.pid);

test("CPU is a percentage and memory the resident set of this process, both labelled with its pid", async () => {
  const { scrape } = await startVitals({ runtimeMetrics: false });
  const page = await expect
    .poll(scrape, { timeout: 10_000 })
    .toSatisfy((polled) => polled.value("system_cpu_percent", { pid }) !== undefined)
    .then(scrape);
  const cpu = page.value("system_cpu_percent", { pid }) ?? Number.NaN;
  expect(cpu).toBeGreaterThanOrEqual(0);
  expect(cpu).toBeLessThanOrEqual(100);
  const gigabytes = page.value("system_memory_usage_gigabytes", { pid }) ?? Number.NaN;
  expect(gigabytes / (process.memoryUsage.rss() / 1024 ** 3)).toBeCloseTo(1, 0);
  expect(page.series("system_cpu_percent")).toEqual([{ pid }]);
  expect(page.series("system_memory_usage_gigabytes")).toEqual([{ pid }]);
});

test("a scrape right after the start does not wait for the first window", async () => {
  const { scrape } = await startVitals({ runtimeMetrics: false });
  const page = await scrape();
  expect(page.series("system_cpu_percent")).toEqual([]);
  expect(page.value("system_memory_usage_gigabytes", { pid })).toBeGreaterThan(0);
});

test("hostVitals: false leaves both out", async () => {
  const { scrape } = await startVitals({ runtimeMetrics: false, hostVitals: false });
  expect((await scrape()).text).not.toMatch(/system_(cpu|memory)/);
});
