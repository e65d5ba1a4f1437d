import { context, propagation, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  StackContextManager,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import type { Job } from "bullmq";
import { BullMQOtel } from "bullmq-otel";
import { discoverWorkers } from "../../src/discovery/worker-discovery.ts";
import { processor } from "./bullmq-processor.ts";

// Runs jobs, added with a trace and without, beside a tracer provider of the application's, and says what spans there are of their processing.
// TEST_TRACER=none: there is none. TEST_OWN=1: the worker has BullMQ's own telemetry.
const { TEST_QUEUE = "jobs", TEST_REDIS_PORT, TEST_OWN, TEST_TRACER } = process.env;
const exporter = new InMemorySpanExporter();
const connection = { host: "127.0.0.1", port: Number(TEST_REDIS_PORT) };
if (TEST_TRACER !== "none") {
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  context.setGlobalContextManager(new StackContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}
const telemetry = new BullMQOtel({ tracerName: "application" });
discoverWorkers({ warn: (message) => void process.stdout.write(`${message}\n`) });
const { Queue, Worker } = await import("bullmq");

const active: (string | undefined)[] = [];
const perform = (job: Job): Promise<void> => {
  active.push(trace.getActiveSpan()?.spanContext().spanId);
  return processor(job);
};
const worker = new Worker(TEST_QUEUE, perform, {
  connection,
  autorun: false,
  ...(TEST_OWN === undefined ? {} : { telemetry }),
});
const traced = new Queue(TEST_QUEUE, { connection, telemetry });
const untraced = new Queue(TEST_QUEUE, { connection });
await traced.add("train", { end: "succeed" });
await traced.add("train", { end: "fail" });
await untraced.add("train", { end: "succeed" });

let left = 3;
const all = new Promise<void>((resolve) => {
  for (const event of ["completed", "failed"] as const) worker.on(event, () => void (--left === 0 && resolve()));
});
void worker.run();
await all;
await Promise.all([worker, traced, untraced].map((each) => each.close()));

const spans = exporter.getFinishedSpans();
const added = spans.filter(({ name }) => name.startsWith("add ")).map((span) => span.spanContext().spanId);
const processed = spans.filter(({ name }) => name === `process ${TEST_QUEUE}`);
const answers = processed.map((span) => ({
  kind: span.kind,
  failed: span.status.code,
  attributes: span.attributes,
  exceptions: span.events.filter(({ name }) => name === "exception").length,
  scope: span.instrumentationScope.name,
  addedBy: span.parentSpanContext === undefined ? "nobody" : added.indexOf(span.parentSpanContext.spanId),
  active: active.includes(span.spanContext().spanId),
}));
process.stdout.write(`${JSON.stringify(answers)}\n`);
