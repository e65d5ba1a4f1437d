import { expect, onTestFinished, test } from "vitest";
import { type OtlpReceiver, startOtlpReceiver } from "../../../test/services/index.ts";
import { linesOf, startChild } from "./child/start-child.ts";

const train = { task: "train", queue: "gpu" };

async function startReceiver(): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver();
  onTestFinished(() => receiver.close());
  return receiver;
}

/** A worker that has counted 5 tasks and pushes only when it flushes. */
function worker(receiver: OtlpReceiver, env: Record<string, string> = {}): ReturnType<typeof startChild> {
  return startChild("counting-worker.ts", {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.origin,
      OTEL_METRIC_EXPORT_INTERVAL: "3600000",
      TEST_TASKS: "5",
      ...env,
    },
    readyWhen: /counted\n/,
  });
}

test.each(["SIGTERM", "SIGINT"] as const)("%s flushes, and then ends the process as it would have", async (signal) => {
  const receiver = await startReceiver();
  const child = await worker(receiver);
  child.kill(signal);
  expect(await child.exited).toEqual({ code: null, signal });
  expect(receiver.last("task_success_total", train)?.value).toBe(5);
  expect(linesOf(child)).toEqual({ said: ["counted"], warned: [] });
});

test.each([{}, { TEST_ONCE: "1" }])(
  "an application that handles the signal decides, and what it counts while it drains arrives: %j",
  async (env) => {
    const receiver = await startReceiver();
    const child = await worker(receiver, { TEST_THEN: "drain", ...env });
    child.kill("SIGTERM");
    expect(await child.exited).toEqual({ code: 7, signal: null });
    expect(linesOf(child)).toEqual({ said: ["counted", "draining", "drained"], warned: [] });
    expect(receiver.metrics("task_success_total")[0]?.points[0]?.value).toBe(5);
    expect(receiver.last("task_success_total", train)?.value).toBe(10);
  },
);

test("of two that run in one process each flushes before the process ends", async () => {
  const receiver = await startReceiver();
  const child = await worker(receiver, { TEST_STARTS: "2" });
  child.kill("SIGTERM");
  expect(await child.exited).toEqual({ code: null, signal: "SIGTERM" });
  const instances = new Set(receiver.exports.map(({ resource }) => resource["service.instance.id"]));
  expect(instances.size).toBe(2);
  expect(receiver.metrics("task_success_total").map(({ points }) => points[0]?.value)).toEqual([5, 5]);
});

test("a process whose work is done ends by itself, and flushes first", async () => {
  const receiver = await startReceiver();
  const child = await worker(receiver, { TEST_THEN: "end" });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(receiver.last("task_success_total", train)?.value).toBe(5);
});

test("a second signal does not wait for the flush", async () => {
  const receiver = await startReceiver();
  receiver.answer("never");
  const child = await worker(receiver);
  const start = performance.now();
  child.kill("SIGINT");
  await expect.poll(() => receiver.requests).toBe(1);
  child.kill("SIGINT");
  expect(await child.exited).toEqual({ code: null, signal: "SIGINT" });
  // The flush alone would have taken two seconds.
  expect(performance.now() - start).toBeLessThan(2000);
});

test.each(["SIGTERM", undefined] as const)(
  "a receiver that never answers holds the end up for 2 s, not longer: %s",
  async (signal) => {
    const receiver = await startReceiver();
    receiver.answer("never");
    const child = await worker(receiver, signal === undefined ? { TEST_THEN: "end" } : {});
    const start = performance.now();
    if (signal !== undefined) child.kill(signal);
    expect(await child.exited).toEqual(signal === undefined ? { code: 0, signal: null } : { code: null, signal });
    expect(performance.now() - start).toBeLessThan(10_000);
    expect(receiver.requests).toBe(1);
  },
);

test("a receiver that refuses holds the end up no longer either", async () => {
  const receiver = await startReceiver();
  await receiver.close();
  const child = await worker(receiver, { TEST_THEN: "end" });
  const start = performance.now();
  expect(await child.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("a rolling restart loses nothing", { timeout: 60_000 }, async () => {
  const receiver = await startReceiver();
  for (let round = 0; round < 3; round++) {
    const child = await worker(receiver, {
      TEST_TASKS: String(100 + round),
      ...(round === 1 ? { TEST_THEN: "drain" } : {}),
    });
    child.kill("SIGTERM");
    await child.exited;
  }
  // Totals of one process each, told apart by its instance.
  const totals = new Map<unknown, number>();
  for (const { resource, metrics } of receiver.exports) {
    const counted = metrics.find(({ name }) => name === "task_success_total")?.points[0]?.value ?? 0;
    totals.set(resource["service.instance.id"], counted);
  }
  expect([...totals.values()]).toEqual([100, 202, 102]);
});
