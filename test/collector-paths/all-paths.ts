import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Collector,
  type RedisServer,
  startCollector,
  startPrometheus,
  startRedis,
  startVictoriaMetrics,
  tempDirectory,
} from "../services/index.ts";
import { type MetricStore, shipped, writeShippedPrometheus } from "./metric-store.ts";
import { type App, scrapeTargets, startApp } from "./started-app.ts";

/** Applications that are scraped and push at once, and every way from them to a store, all running. */
export interface AllPaths extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly apps: Readonly<Record<AppName, App>>;
  /** Starts one anew under its name, on whatever port. */
  restart(name: AppName): Promise<void>;
  /** Prometheus that scrapes the applications themselves. */
  readonly direct: MetricStore;
  /** Every other path. */
  readonly others: readonly MetricStore[];
  /** Takes what `totals` and `deltas` push. */
  readonly pushedTo: Collector;
  /** File to which that Collector writes what arrives, as its file exporter does. */
  readonly received: string;
}

/**
 * `totals` pushes totals to a Collector, `deltas` what came since its last push to one on its node, which passes it on to the first, and
 * `straight` totals to Prometheus' own receiver.
 */
export type AppName = "totals" | "deltas" | "straight";

const NAMES: readonly AppName[] = ["totals", "deltas", "straight"];
const PUSHED_TO_THE_COLLECTOR: readonly AppName[] = ["totals", "deltas"];

/** Starts everything. Nothing is configured but as it is shipped, with targets, ports and intervals of the test. */
export async function startAllPaths(): Promise<AllPaths> {
  await using stack = new AsyncDisposableStack();
  const directory = tempDirectory("paths");
  stack.defer(directory.remove);
  const file = (name: string): string => join(directory.path, name);
  const prometheus = async (options: Parameters<typeof startPrometheus>[0]) =>
    stack.use(await startPrometheus(options));

  const redis = stack.use(await startRedis());
  const victoria = stack.use(await startVictoriaMetrics());
  const writtenTo = await prometheus({ version: "3", flags: ["--web.enable-remote-write-receiver"] });

  const base = ["otel-collector.yaml", "otelcol/remote-write.yaml"].map(shipped);
  const received = file("received.jsonl");
  const pushedTo = stack.use(
    await startCollector({
      configFiles: [...base, shipped("otelcol/delta.yaml")],
      env: { REMOTE_WRITE_ENDPOINT: victoria.remoteWriteUrl },
      overrides: {
        exporters: { file: { path: received } },
        service: { pipelines: { metrics: { exporters: ["prometheus", "file"] } } },
      },
    }),
  );
  const agent = stack.use(
    await startCollector({
      configFiles: [shipped("otelcol/agent.yaml")],
      env: { GATEWAY_ENDPOINT: pushedTo.otlpUrl },
      prometheusExporters: [],
    }),
  );
  const targets = file("targets.json");
  writeFileSync(targets, "[]");
  const scraping = stack.use(
    await startCollector({
      configFiles: [...base, shipped("otelcol/scrape.yaml")],
      env: { REMOTE_WRITE_ENDPOINT: `${writtenTo.url}/api/v1/write`, SCRAPE_TARGETS: targets },
      overrides: { receivers: { prometheus: { config: { scrape_configs: [everySecond("taskvitals", targets)] } } } },
    }),
  );

  writeShippedPrometheus("prometheus/otlp.yml", file("otlp.yml"));
  const otlp = await prometheus({
    version: "3",
    configFile: file("otlp.yml"),
    flags: ["--web.enable-otlp-receiver", "--query.lookback-delta=45s"],
  });
  const behind = async (collector: Collector, version: "2" | "3", name: string) => {
    writeShippedPrometheus("prometheus/collector.yml", file(name), collector.metricsTarget);
    return prometheus({ version, configFile: file(name) });
  };
  const behindPushed2 = await behind(pushedTo, "2", "pushed-2.yml");
  const behindPushed3 = await behind(pushedTo, "3", "pushed-3.yml");
  const behindScraping = await behind(scraping, "3", "scraping.yml");
  const direct = await prometheus({
    scrapeConfigs: [everySecond("taskvitals", targets)],
    ruleFiles: [shipped("prometheus/rules/*.yml")],
  });

  const pushes: Readonly<Record<AppName, Readonly<Record<string, string>>>> = {
    totals: { OTEL_EXPORTER_OTLP_ENDPOINT: pushedTo.otlpUrl },
    deltas: {
      OTEL_EXPORTER_OTLP_ENDPOINT: agent.otlpUrl,
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "delta",
    },
    straight: { OTEL_EXPORTER_OTLP_ENDPOINT: `${otlp.url}/api/v1/otlp` },
  };
  const start = (name: AppName): Promise<App> => startApp(name, { REDIS_URL: redis.url, ...pushes[name] });
  const apps = Object.fromEntries(await Promise.all(NAMES.map(async (name) => [name, await start(name)]))) as Record<
    AppName,
    App
  >;
  const announce = (): void => writeFileSync(targets, JSON.stringify(scrapeTargets(Object.values(apps))));
  announce();
  stack.defer(async () => {
    await Promise.all(Object.values(apps).map((app) => app.process.stop()));
  });

  const store = (
    path: string,
    names: readonly AppName[],
    { query, url }: Pick<MetricStore, "query" | "url">,
    hasRules = true,
  ): MetricStore => ({
    path,
    apps: names,
    hasRules,
    knowsTargets: names === NAMES,
    isVictoriaMetrics: url === victoria.url,
    url,
    query: (expr) => query(expr),
  });
  const cleanup = stack.move();
  return {
    redis,
    apps,
    pushedTo,
    received,
    restart: async (name) => {
      await apps[name].process.stop();
      apps[name] = await start(name);
      announce();
    },
    direct: store("scraped", NAMES, direct),
    others: [
      store("pushed to a Collector, scraped by Prometheus 2", PUSHED_TO_THE_COLLECTOR, behindPushed2),
      store("pushed to a Collector, scraped by Prometheus 3", PUSHED_TO_THE_COLLECTOR, behindPushed3),
      store("scraped by a Collector, scraped by Prometheus 3", NAMES, behindScraping),
      store("pushed to a Collector, written to VictoriaMetrics", PUSHED_TO_THE_COLLECTOR, victoria, false),
      store("scraped by a Collector, written to Prometheus 3", NAMES, writtenTo, false),
      store("pushed to Prometheus 3", ["straight"], otlp),
    ],
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}

function everySecond(job: string, targetFile: string): Record<string, unknown> {
  return {
    job_name: job,
    scrape_interval: "1s",
    file_sd_configs: [{ files: [targetFile], refresh_interval: "1s" }],
  };
}
