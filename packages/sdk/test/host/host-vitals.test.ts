import { expect, test } from "vitest";
import type { MetricsPage } from "../metrics-page.ts";
import { startVitals } from "../start-vitals.ts";

const pid = String(process.pid);

test("CPU is a percentage and memory the resident set of this process, both labelled with its pid", async () => {
  const { scrape } = await startVitals({ runtimeMetrics: false });
  const page = await expect
    .poll(scrape)
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
  // On a busy machine the window may have ended before the scrape: then once more.
  const firstPage = async (): Promise<MetricsPage> => (await startVitals({ runtimeMetrics: false })).scrape();
  const isBefore = (page: MetricsPage): boolean => page.series("system_cpu_percent").length === 0;
  const page = await expect.poll(firstPage).toSatisfy(isBefore).then(firstPage);
  expect(page.value("system_memory_usage_gigabytes", { pid })).toBeGreaterThan(0);
});

test("hostVitals: false leaves both out", async () => {
  const { scrape } = await startVitals({ runtimeMetrics: false, hostVitals: false });
  expect((await scrape()).text).not.toMatch(/system_(cpu|memory)/);
});
