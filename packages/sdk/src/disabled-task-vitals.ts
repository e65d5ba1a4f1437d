import { createNoopMeter, type MeterProvider } from "@opentelemetry/api";
import { createTaskRecorder, invalidOption } from "@taskvitals/core";
import { createFetchHandler, createNodeHandler, createPageCollector } from "./endpoint/index.ts";
import { createTaskEvents } from "./task-events.ts";
import { NO_TOTALS } from "./task-totals.ts";
import type { TaskVitals } from "./task-vitals.ts";

/** What `OTEL_SDK_DISABLED=true` gives: everything callable, nothing recorded, no port, no connection. */
export function disabledTaskVitals(): TaskVitals {
  const meter = createNoopMeter();
  const provider: MeterProvider = { getMeter: () => meter };
  const recorder = createTaskRecorder({ meter, onProblem: () => {} });
  recorder.close();
  const collector = createPageCollector({
    collectPage: () =>
      Promise.reject(
        invalidOption({ path: "OTEL_SDK_DISABLED", value: "true", expected: "that it is not set, to have metrics" }),
      ),
    onError: () => {},
  });
  const nothing = async (): Promise<void> => {};
  return {
    tasks: recorder.tasks,
    totals: NO_TOTALS,
    events: createTaskEvents(undefined, () => {}),
    queues: { add: (queue) => (typeof queue === "string" ? queue : queue.name), remove: () => false, list: () => [] },
    readQueues: async () => [],
    meterProvider: provider,
    endpoint: undefined,
    nodeHandler: createNodeHandler(collector),
    fetchHandler: createFetchHandler(collector),
    livePage: () => createNodeHandler(collector),
    sharedHandlers: { node: createNodeHandler(collector), fetch: createFetchHandler(collector) },
    sharedMeter: meter,
    flush: nothing,
    shutdown: nothing,
    [Symbol.asyncDispose]: nothing,
  };
}
