import { expect, onTestFinished } from "vitest";
import { startTaskVitals, type TaskVitals, type TaskVitalsOptions } from "../src/index.ts";
import { ask } from "./endpoint/http-client.ts";
import { type MetricsPage, parsePage } from "./metrics-page.ts";

/** A running SDK under test and what it told its owner. */
export interface StartedVitals {
  readonly vitals: TaskVitals;
  readonly warnings: readonly string[];
  /** Scrapes the endpoint. */
  scrape(): Promise<MetricsPage>;
}

/** Starts on a free port, with no environment but what the test gives; ended with the test. */
export async function startVitals(options: TaskVitalsOptions = {}): Promise<StartedVitals> {
  const warnings: string[] = [];
  const vitals = await startTaskVitals({
    // The tests may themselves run in a container, where a loopback endpoint is worth a warning.
    logger: { warn: (message) => void (message.includes("inside a container") || warnings.push(message)) },
    // A busy machine is not a slow server.
    readDeadlineMs: 5000,
    ...options,
    // Queues are read when a test asks for a page, and not by themselves.
    environment: { OTEL_EXPORTER_PROMETHEUS_PORT: "0", TASKVITALS_LIVE_PAGE: "false", ...options.environment },
  });
  onTestFinished(() => vitals.shutdown());
  const scrape = async (): Promise<MetricsPage> => {
    const { status, text } = await ask(vitals.endpoint?.url ?? expect.fail("there is no endpoint"));
    expect({ status, text }).toEqual({ status: 200, text });
    return parsePage(text);
  };
  return { vitals, warnings, scrape };
}
