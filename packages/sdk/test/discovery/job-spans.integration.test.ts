import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RedisServer, startRedis } from "../../../../test/services/index.ts";
import { linesOf, startChild } from "../child/start-child.ts";

let redis: RedisServer;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

/** The spans of the processing of three jobs: a traced one that succeeds, a traced one that fails, and one that nobody traced. */
async function spans(queue: string, env: Readonly<Record<string, string>> = {}): Promise<Record<string, unknown>[]> {
  const child = await startChild("bullmq-traced.ts", {
    env: { TEST_QUEUE: queue, TEST_REDIS_PORT: String(redis.port), ...env },
  });
  expect(await child.exited).toEqual({ code: 0, signal: null });
  return JSON.parse(linesOf(child).said.join("\n"));
}

test("with a tracer provider registered, each run has one span, which leads to who added the job", async () => {
  const attributes = {
    "bullmq.queue.name": "traced",
    "bullmq.queue.operation": "process",
    "bullmq.job.name": "train",
    "bullmq.job.attempts.made": 0,
  };
  const span = {
    kind: SpanKind.CONSUMER,
    scope: "taskvitals/bullmq",
    failed: SpanStatusCode.UNSET,
    exceptions: 0,
    active: true,
  };
  expect(await spans("traced")).toEqual([
    { ...span, addedBy: 0, attributes: { ...attributes, "bullmq.job.id": "1" } },
    {
      ...span,
      addedBy: 1,
      failed: SpanStatusCode.ERROR,
      exceptions: 1,
      attributes: { ...attributes, "bullmq.job.id": "2", "error.type": "TrainingError" },
    },
    { ...span, addedBy: "nobody", attributes: { ...attributes, "bullmq.job.id": "3" } },
  ]);
});

test("a worker with BullMQ's own telemetry has the spans that it makes, and none of ours", async () => {
  const own = await spans("own", { TEST_OWN: "1" });
  expect(own.map(({ scope }) => scope)).toEqual(["application", "application", "application"]);
});

test("without a tracer provider there is no span", async () => {
  expect(await spans("none", { TEST_TRACER: "none" })).toEqual([]);
});
