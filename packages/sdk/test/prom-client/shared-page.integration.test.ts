import { Counter, Registry } from "prom-client";
import { expect, test } from "vitest";
import { ask } from "../endpoint/http-client.ts";
import { startVitals } from "../start-vitals.ts";

test("the registry is this process's own: not among the shared totals, and never under the name of one", async () => {
  const promClient = new Registry();
  new Counter({ name: "orders_total", help: "h", registers: [promClient] }).inc(99);
  new Counter({ name: "stock_total", help: "h", registers: [promClient] }).inc(99);
  const { vitals, scrape } = await startVitals({
    promClient,
    // Here it is never this process that shows the totals on its own page.
    sharedTotals: { store: "machine", page: false, namespace: `prom-client-${process.pid}`, intervalMs: 1000 },
  });
  vitals.sharedMeter.createCounter("orders").add(1);
  const page = await scrape();
  expect(page.series("orders_total")).toEqual([]);
  expect(page.value("stock_total")).toBe(99);
  const shared = async (): Promise<string> => (await ask(`${vitals.endpoint?.url}/shared`)).text;
  await expect.poll(shared).toMatch(/^orders_total 1$/m);
  expect(await shared()).not.toMatch(/stock_total/);
});
