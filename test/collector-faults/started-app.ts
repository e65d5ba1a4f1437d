import { fileURLToPath } from "node:url";
import { fetchPage, type MetricsPage } from "../metrics-page.ts";
import { startProcess, waitUntil } from "../services/index.ts";

/** What the application says at the end of its work. */
export interface AppReport {
  readonly done: number;
  /** Tasks whose result was wrong. */
  readonly wrong: number;
  readonly unhandled: number;
  /** 99th percentile of the delay of its event loop. */
  readonly loopDelayMs: number;
}

/** An application that works and pushes. */
export interface PushingApp extends AsyncDisposable {
  /** Its own page, which shows what the receiver may miss. */
  page(): Promise<MetricsPage>;
  /** Lines that taskvitals wrote. */
  warnings(): readonly string[];
  /** Everything it wrote. */
  output(): string;
  /** Ends its work, not the process. */
  finish(): Promise<AppReport>;
}

/** Starts `pushing-app.ts`, which pushes every 200 ms to `endpoint`, a URL without a path. */
export async function startPushingApp(
  endpoint: string,
  env: Readonly<Record<string, string>> = {},
): Promise<PushingApp> {
  const child = await startProcess({
    command: process.execPath,
    args: [fileURLToPath(new URL("./pushing-app.ts", import.meta.url))],
    env: {
      OTEL_SERVICE_NAME: "numbers",
      OTEL_METRICS_EXPORTER: "prometheus,otlp",
      OTEL_EXPORTER_PROMETHEUS_PORT: "0",
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: "200",
      ...env,
    },
    readyWhen: /page http\S+\n/,
  });
  const url = /page (\S+)/.exec(child.output())?.[1] ?? "";
  return {
    page: () => fetchPage(url),
    warnings: () =>
      child
        .output()
        .split("\n")
        .filter((line) => line.startsWith("taskvitals: ") && !line.includes("inside a container")),
    output: () => child.output(),
    finish: async () => {
      process.kill(child.pid, "SIGUSR2");
      const report = /^\{.*\}$/m;
      await waitUntil(() => report.test(child.output()), { what: "the application's report" });
      return JSON.parse(report.exec(child.output())?.[0] ?? "") as AppReport;
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
