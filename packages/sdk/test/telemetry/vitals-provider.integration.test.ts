import { expect, onTestFinished, test } from "vitest";
import { startRedis, startTcpProxy } from "../../../../test/services/index.ts";
import { startVitals } from "../start-vitals.ts";

/** A round trip takes longer than a callback of the application may. */
const ONE_WAY_MS = 1100;

test.each(["incremental", "standard"] as const)(
  "a reading that takes longer than callbacks may reaches its own deadline (%s)",
  async (exposition) => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const proxy = await startTcpProxy({ target: server.url });
    onTestFinished(() => proxy.close());
    const options = { redis: proxy.url, queues: ["list:near"], readDeadlineMs: 9000, exposition };
    const { scrape, vitals } = await startVitals(options);
    const near = async (): Promise<unknown> => (await scrape()).value("task_queue_length", { queue: "near" });
    await expect.poll(near, { timeout: 20_000, interval: 1100 }).toBe(0);

    proxy.delay(ONE_WAY_MS);
    // Whoever scrapes now needs a new reading.
    vitals.queues.add("list:far");
    const from = performance.now();
    const page = await scrape();
    expect(performance.now() - from).toBeGreaterThan(2 * ONE_WAY_MS - 1);
    expect(page.series("task_queue_length").map(({ queue }) => queue)).toEqual(["near", "far"]);
    expect(page.series("taskvitals_error_total")).toEqual([]);
  },
);
