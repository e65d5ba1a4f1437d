import { contract, type Sample } from "@taskvitals/rules";
import type { Dialect, Measure, Question } from "../measure.ts";

const COUNTERS: Readonly<Record<string, Question>> = {
  [contract.taskSuccess.name]: "success",
  [contract.taskFailure.name]: "failure",
  [contract.taskRetry.name]: "retry",
};
const OVERFLOW = "otel_metric_overflow";
const GAUGES: Readonly<Record<string, Question>> = {
  [contract.queueLength.name]: "ready",
  [contract.workers.name]: "workers",
};

/** Ours. */
export const taskvitals: Dialect = {
  name: "taskvitals",
  metrics: [...Object.keys(COUNTERS), ...Object.keys(GAUGES), contract.queueTasks.name, contract.taskActive.name],
  measures: (samples) => [...samples.flatMap(measureOf), ...active(samples)],
};

/** What did not fit under the limit of series is of no task or queue that could be named. */
function measureOf({ labels, name, value }: Sample): readonly Measure[] {
  const { queue, task } = labels.otel_metric_overflow === undefined ? labels : { queue: OVERFLOW, task: OVERFLOW };
  const counter = COUNTERS[name];
  if (counter !== undefined) return [{ question: counter, task, queue, value }];
  const gauge = GAUGES[name];
  return gauge === undefined ? [] : [{ question: gauge, queue, value }];
}

/** What the broker says runs; where it says nothing, as Celery's, what the processes say. */
function active(samples: readonly Sample[]): readonly Measure[] {
  const inBroker = samples.filter(({ labels, name }) => name === contract.queueTasks.name && labels.state === "active");
  const known = new Set(inBroker.map(({ labels }) => labels.queue));
  const inProcesses = samples.filter(
    ({ labels, name }) => name === contract.taskActive.name && !known.has(labels.queue),
  );
  return [...inBroker, ...inProcesses].map(({ labels: { queue }, value }) => ({ question: "active", queue, value }));
}
