import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import {
  type OtlpPoint,
  type OtlpReceiver,
  type RedisServer,
  startOtlpReceiver,
  startRedis,
} from "../../../../test/services/index.ts";
import type { TaskVitalsOptions } from "../../src/index.ts";
import type { StartedVitals } from "../start-vitals.ts";
import { share } from "./sharing.ts";

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

const train = { task: "train", queue: "gpu" };
const INTERVAL_MS = 500;
const POLL = { timeout: 60_000, interval: 100 };

async function pushing(
  namespace: string,
  options: TaskVitalsOptions = {},
): Promise<[OtlpReceiver, [StartedVitals, StartedVitals]]> {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  const start = (): Promise<StartedVitals> =>
    share(server, {
      serviceName: "trainer",
      resourceAttributes: { "host.name": "one-of-them" },
      otlp: { endpoint: receiver.url, intervalMs: INTERVAL_MS, timeoutMs: INTERVAL_MS },
      ...options,
      sharedTotals: { namespace },
    });
  return [receiver, await Promise.all([start(), start()])];
}

/** The pushes that had the successes of the task, with the instance that they came from. */
function pushes({ exports }: OtlpReceiver): readonly { readonly instance: unknown; readonly point: OtlpPoint }[] {
  return exports.flatMap(({ resource, metrics }) => {
    const [point] = metrics.find(({ name }) => name === "task_success_total")?.points ?? [];
    return point === undefined ? [] : [{ instance: resource["service.instance.id"], point }];
  });
}

test("of two processes that push one pushes the totals at a time, as those of one instance that both are", async () => {
  const [receiver, [one, other]] = await pushing("push");
  for (const { vitals } of [one, other]) {
    vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 1 });
    await vitals.flush();
  }
  await expect.poll(() => receiver.last("task_success_total", train)?.value, POLL).toBe(2);
  expect(receiver.last("task_duration_seconds", train)).toMatchObject({ count: 2, sum: 2 });
  // Not known, and the same whoever pushes.
  expect(receiver.last("task_duration_seconds", train)?.startTime ?? 0).toBe(0);
  await expect.poll(() => receiver.last("taskvitals_processes", {})?.value, POLL).toBe(2);
  const shared = receiver.exports.find(({ metrics }) => metrics.some(({ name }) => name === "task_success_total"));
  expect(shared?.resource).toEqual({ "service.name": "trainer", "service.instance.id": "shared-push" });
  expect(shared?.metrics.every(({ name }) => name.startsWith("task_") || name === "taskvitals_processes")).toBe(true);

  await one.vitals.shutdown();
  other.vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 1 });
  await expect.poll(() => receiver.last("task_success_total", train)?.value, POLL).toBe(3);
  const values = pushes(receiver).map(({ point }) => point.value ?? 0);
  expect(values).toEqual([...values].sort((a, b) => a - b));
  expect(new Set(pushes(receiver).map(({ instance }) => instance))).toEqual(new Set(["shared-push"]));
});

test("where what came since the last push is wanted, every process pushes its own", async () => {
  const [receiver, [one, other]] = await pushing("delta", {
    environment: { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta" },
  });
  for (const { vitals } of [one, other]) vitals.tasks.record({ ...train, outcome: "success" });
  one.vitals.tasks.setConcurrency(2, { queue: "gpu" });
  await Promise.all([one.vitals.flush(), other.vitals.flush()]);
  await expect.poll(() => pushes(receiver).reduce((sum, { point }) => sum + (point.value ?? 0), 0), POLL).toBe(2);
  expect(new Set(pushes(receiver).map(({ instance }) => instance)).size).toBe(2);
  expect(receiver.last("task_concurrency", { queue: "gpu" })?.value).toBe(2);
  expect(receiver.metrics("taskvitals_processes")).toEqual([]);
});
