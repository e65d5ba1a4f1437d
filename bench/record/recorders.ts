import { PrometheusExporter } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import { createMeterProvider } from "@taskvitals/meter";
import { Counter, Histogram, Registry } from "prom-client";
import { DURATION_BOUNDS, durations } from "../duration-bounds.ts";

const SETS = 16;
const MASK = 1023;

/** Records a number of finished tasks. */
export type Recorder = (tasks: number) => void;

/**
 * The contenders. Tasks go round 16 label sets and 1024 durations; whoever takes labels gets a fresh object each time,
 * as from a caller.
 */
export function recorders(): Record<"bound" | "unbound" | "sdk_metrics" | "prom_client", Recorder> {
  const values = durations(MASK + 1);
  const tasks = Array.from({ length: SETS }, (_, index) => `task_${index}`);
  const queues = Array.from({ length: SETS }, (_, index) => `queue_${index % 4}`);
  return {
    bound: boundRecorder(tasks, queues, values),
    unbound: unboundRecorder(tasks, queues, values),
    sdk_metrics: sdkRecorder(tasks, queues, values),
    prom_client: promRecorder(tasks, queues, values),
  };
}

type Make = (tasks: readonly string[], queues: readonly string[], values: readonly number[]) => Recorder;

const advice = { explicitBucketBoundaries: [...DURATION_BOUNDS] };

const boundRecorder: Make = (tasks, queues, values) => {
  const meter = createMeterProvider().getMeter("bench");
  const sets = tasks.map((task, index) => ({ task, queue: queues[index] as string }));
  const success = meter.createCounter("task_success_total");
  const duration = meter.createHistogram("task_duration_seconds", { advice });
  const successes = sets.map((set) => success.bind(set));
  const runs = sets.map((set) => duration.bind(set));
  return (count) => {
    for (let index = 0; index < count; index++) {
      successes[index % SETS]?.add(1);
      runs[index % SETS]?.record(values[index & MASK] as number);
    }
  };
};

const unboundRecorder: Make = (tasks, queues, values) => {
  const meter = createMeterProvider().getMeter("bench");
  const success = meter.createCounter("task_success_total");
  const duration = meter.createHistogram("task_duration_seconds", { advice });
  return (count) => {
    for (let index = 0; index < count; index++) {
      const labels = { task: tasks[index % SETS] as string, queue: queues[index % SETS] as string };
      success.add(1, labels);
      duration.record(values[index & MASK] as number, labels);
    }
  };
};

const sdkRecorder: Make = (tasks, queues, values) => {
  const readers = [new PrometheusExporter({ preventServerStart: true })];
  const meter = new MeterProvider({ readers }).getMeter("bench");
  const success = meter.createCounter("task_success_total");
  const duration = meter.createHistogram("task_duration_seconds", { advice });
  return (count) => {
    for (let index = 0; index < count; index++) {
      const labels = { task: tasks[index % SETS] as string, queue: queues[index % SETS] as string };
      success.add(1, labels);
      duration.record(values[index & MASK] as number, labels);
    }
  };
};

const promRecorder: Make = (tasks, queues, values) => {
  const labelNames = ["task", "queue"];
  const registers = [new Registry()];
  const success = new Counter({ name: "task_success_total", help: "Successes", labelNames, registers });
  const buckets = [...DURATION_BOUNDS];
  const duration = new Histogram({ name: "task_duration_seconds", help: "Run time", labelNames, buckets, registers });
  return (count) => {
    for (let index = 0; index < count; index++) {
      const labels = { task: tasks[index % SETS] as string, queue: queues[index % SETS] as string };
      success.inc(labels, 1);
      duration.observe(labels, values[index & MASK] as number);
    }
  };
};
