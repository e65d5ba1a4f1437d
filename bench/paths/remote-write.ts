import { startCollector, startVictoriaMetrics } from "../../test/services/index.ts";
import type { BenchmarkFigures } from "../benchmark.ts";
import type { IdleUsage } from "./idle-receivers.ts";
import { measureRates } from "./measured-window.ts";
import { shipped } from "./otlp-path.ts";
import { EXPORTS_PER_MINUTE, keptUp, type PathSize } from "./path-size.ts";
import { usageOf } from "./process-usage.ts";
import { startWorkers } from "./running-workers.ts";

/** What a Collector that writes to a store costs, per worker and minute at a push and a writing every 15 s; taking the pushes is included. */
export interface RemoteWriteFigures extends BenchmarkFigures {
  readonly collector_cpu_ms: number;
  readonly collector_rss_kb: number;
  readonly store_cpu_ms: number;
  /** Pushes taken, of all that were due: below 1 the Collector refused some. */
  readonly kept_up_ratio: number;
}

/** `own-page` is what is shipped: the Collector scrapes its own page. `as-it-arrives` writes what is pushed. */
export type WrittenHow = "own-page" | "as-it-arrives";

/** Workers push to a Collector that writes to VictoriaMetrics; nobody scrapes it but itself. */
export async function measureRemoteWrite(
  how: WrittenHow,
  size: PathSize,
  idle: IdleUsage,
): Promise<RemoteWriteFigures> {
  const { fleet, window, progress } = size;
  progress(`${fleet.workers} workers, pushing to a Collector that writes to a store, ${how}`);
  await using stack = new AsyncDisposableStack();
  const store = stack.use(await startVictoriaMetrics());
  const collector = stack.use(
    await startCollector({
      configFiles: ["otel-collector.yaml", "otelcol/remote-write.yaml"].map(shipped),
      env: { REMOTE_WRITE_ENDPOINT: store.remoteWriteUrl },
      overrides: how === "own-page" ? scrapingItself(fleet.intervalMs) : WRITING_WHAT_ARRIVES,
    }),
  );
  const workers = stack.use(await startWorkers("otlp", fleet, collector.otlpUrl));
  const receivers = { collector: () => usageOf(collector.pid), store: () => usageOf(store.pid) };
  const rates = await measureRates(workers, receivers, window);
  const perMinute = (perSecond: number): number => (EXPORTS_PER_MINUTE * perSecond) / rates.exchanges;
  return {
    collector_cpu_ms: perMinute(rates.cpuMs.collector - idle.cpuMs),
    collector_rss_kb: (rates.rssBytes.collector - idle.rssBytes) / 1000 / fleet.workers,
    store_cpu_ms: perMinute(rates.cpuMs.store),
    kept_up_ratio: keptUp(fleet, rates.exchanges),
  };
}

const WRITING_WHAT_ARRIVES = {
  service: { pipelines: { "metrics/remote-write": { receivers: ["otlp"] } } },
};

function scrapingItself(intervalMs: number): Record<string, unknown> {
  const every = {
    job_name: "otel-collector",
    honor_labels: true,
    scrape_interval: `${intervalMs}ms`,
    scrape_timeout: `${intervalMs}ms`,
    static_configs: [{ targets: [`\${env:METRICS_ENDPOINT}`] }],
  };
  return { receivers: { "prometheus/endpoint": { config: { scrape_configs: [every] } } } };
}
