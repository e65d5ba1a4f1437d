import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type RunningProcess, startProcess } from "./child-process.ts";
import { frameworksFolder } from "./framework-builds.ts";
import { freePort } from "./free-port.ts";
import { activeTargets, instantQuery, type PrometheusSample, type PrometheusTarget } from "./prometheus-api.ts";
import { tempDirectory } from "./temp-directory.ts";
import { waitUntil } from "./wait-until.ts";

/** The major versions of Prometheus that the tests run on: Debian's 2.42, and 3. */
export type PrometheusVersion = "2" | "3";

/** Both. */
export const prometheusVersions: readonly PrometheusVersion[] = ["2", "3"];

/** What a test's Prometheus scrapes: `scrapeConfigs` for a configuration of ours, `configFile` for one that exists. */
export interface PrometheusOptions {
  /** Entries of `scrape_configs`, as in prometheus.yml. */
  readonly scrapeConfigs?: readonly Readonly<Record<string, unknown>>[];
  /** Path of a complete configuration, used as it is; the other options but this one are ignored then. */
  readonly configFile?: string;
  /** Scrape and rule evaluation interval. Default "1s". */
  readonly scrapeInterval?: string;
  /** Paths of rule files, absolute. Default none. */
  readonly ruleFiles?: readonly string[];
  /** Default {@link testedPrometheus}. */
  readonly version?: PrometheusVersion;
  /** Further flags, such as `--web.enable-remote-write-receiver`. Default none. */
  readonly flags?: readonly string[];
}

/** A real Prometheus on a free loopback port with a database of its own. */
export interface PrometheusServer extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  /** Evaluates an expression at `time` (Unix seconds, default now). */
  query(expr: string, time?: number): Promise<PrometheusSample[]>;
  /** Evaluates until `predicate` accepts the answer, and returns it. Default limit 60 000 ms. */
  waitFor(
    expr: string,
    predicate: (samples: readonly PrometheusSample[]) => boolean,
    options?: { readonly timeoutMs?: number },
  ): Promise<PrometheusSample[]>;
  /** The active scrape targets. */
  targets(): Promise<PrometheusTarget[]>;
  /** Ends it and deletes its database. Idempotent. */
  stop(): Promise<void>;
}

/** The version for tests that name none: the variable `TEST_PROMETHEUS` of the Vitest project, else 2. */
export function testedPrometheus(): PrometheusVersion {
  return process.env.TEST_PROMETHEUS === "3" ? "3" : "2";
}

/** Path of a program of that Prometheus. */
export function prometheusProgram(name: "prometheus" | "promtool", version: PrometheusVersion): string {
  return version === "2" ? name : join(frameworksFolder, ".built/prometheus-3", name);
}

/** Starts Prometheus; resolves when it is ready to answer queries. */
export async function startPrometheus(options: PrometheusOptions): Promise<PrometheusServer> {
  const directory = tempDirectory("prometheus");
  let url: string;
  let child: RunningProcess;
  try {
    ({ url, child } = await launch(
      options.configFile ?? writeConfig(options, directory.path),
      directory.path,
      options,
    ));
  } catch (error) {
    directory.remove();
    throw error;
  }
  const stop = async (): Promise<void> => {
    // Its database is thrown away, so there is nothing to flush.
    child.kill("SIGKILL");
    await child.exited;
    directory.remove();
  };
  const query = (expr: string, time?: number): Promise<PrometheusSample[]> => instantQuery(url, expr, time);
  return {
    pid: child.pid,
    url,
    query,
    async waitFor(expr, predicate, { timeoutMs = 60_000 } = {}) {
      let last: PrometheusSample[] = [];
      try {
        return await waitUntil(
          async () => {
            last = await query(expr);
            return predicate(last) ? last : undefined;
          },
          { what: `Prometheus to answer \`${expr}\` as expected`, timeoutMs, intervalMs: 200 },
        );
      } catch (error) {
        const targets = await activeTargets(url).catch(String);
        const seen = JSON.stringify({ last, targets }, null, 2);
        throw new Error(`${(error as Error).message}\nLast answer and targets: ${seen}`, { cause: error });
      }
    },
    targets: () => activeTargets(url),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function writeConfig(options: PrometheusOptions, directory: string): string {
  const { scrapeConfigs = [], scrapeInterval = "1s", ruleFiles = [] } = options;
  const path = join(directory, "prometheus.yml");
  const config = {
    global: { scrape_interval: scrapeInterval, scrape_timeout: scrapeInterval, evaluation_interval: scrapeInterval },
    rule_files: ruleFiles,
    scrape_configs: scrapeConfigs,
  };
  writeFileSync(path, stringify(config));
  return path;
}

async function launch(
  configFile: string,
  directory: string,
  { version = testedPrometheus(), flags = [] }: PrometheusOptions,
): Promise<{ url: string; child: RunningProcess }> {
  for (let attempt = 1; ; attempt++) {
    const address = `127.0.0.1:${await freePort()}`;
    const url = `http://${address}`;
    try {
      const child = await startProcess({
        command: prometheusProgram("prometheus", version),
        args: [
          `--config.file=${configFile}`,
          `--storage.tsdb.path=${join(directory, "data")}`,
          `--web.listen-address=${address}`,
          "--log.level=warn",
          ...flags,
        ],
        readyWhen: async () => (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(1_000) })).ok,
      });
      return { url, child };
    } catch (error) {
      // Between asking for a free port and binding it, another process may take it.
      if (attempt === 3 || !/address already in use/.test(String(error))) throw error;
    }
  }
}
