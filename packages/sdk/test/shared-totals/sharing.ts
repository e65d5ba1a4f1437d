import { expect } from "vitest";
import type { RedisServer } from "../../../../test/services/index.ts";
import type { TaskVitals, TaskVitalsOptions } from "../../src/index.ts";
import { ask } from "../endpoint/http-client.ts";
import { type MetricsPage, parsePage } from "../metrics-page.ts";
import { type StartedVitals, startVitals } from "../start-vitals.ts";

/** Starts one of the processes that share totals, as often as it may write. */
export function share(redis: Pick<RedisServer, "url">, options: TaskVitalsOptions = {}): Promise<StartedVitals> {
  return startVitals({
    redis: redis.url,
    runtimeMetrics: false,
    hostVitals: false,
    ...options,
    sharedTotals: { intervalMs: 1000, ...(typeof options.sharedTotals === "object" ? options.sharedTotals : {}) },
  });
}

/** The page of the shared totals; `undefined` while there is none. */
export async function sharedPage({ endpoint }: Pick<TaskVitals, "endpoint">): Promise<MetricsPage | undefined> {
  const { status, text } = await ask(`${endpoint?.url ?? expect.fail("there is no endpoint")}/shared`);
  if (status === 200) return parsePage(text);
  expect({ status, text }).toMatchObject({ status: 503, text: expect.stringContaining("shared totals are not known") });
  return undefined;
}

/** Reads one sample of the shared totals, to be polled. */
export function sharedValue(
  vitals: Pick<TaskVitals, "endpoint">,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): () => Promise<number | undefined> {
  return async () => (await sharedPage(vitals))?.value(name, labels);
}
