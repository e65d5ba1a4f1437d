import { existsSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { capture } from "./capture.ts";
import { type ProcessEnd, startProcess } from "./child-process.ts";
import { frameworksFolder } from "./framework-builds.ts";
import { freePort } from "./free-port.ts";

/** How a Collector is started. */
export interface CollectorOptions {
  /** Paths of configurations, merged in this order as the Collector does: maps key by key, lists replaced. */
  readonly configFiles: readonly string[];
  /** What a test changes beside the ports, merged last. Default nothing. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  /** Variables that the configurations name. Default none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Names of the exporters of kind `prometheus` that the configurations define. Default `["prometheus"]`. */
  readonly prometheusExporters?: readonly string[];
  /** Speak https to the OTLP receiver's address. Default false. */
  readonly secure?: boolean;
}

/** A real OpenTelemetry Collector whose receivers and endpoints listen on free loopback ports. */
export interface Collector extends AsyncDisposable {
  readonly pid: number;
  /** Where OTLP over HTTP is taken, without a path: what `OTEL_EXPORTER_OTLP_ENDPOINT` wants. */
  readonly otlpUrl: string;
  /** The endpoint of the first exporter of kind `prometheus`, `http://127.0.0.1:<port>/metrics`. */
  readonly metricsUrl: string;
  /** Host and port of that endpoint, as a scrape target. */
  readonly metricsTarget: string;
  /** Its own metrics, `http://127.0.0.1:<port>/metrics`. */
  readonly ownMetricsUrl: string;
  /** Everything it has logged so far. */
  output(): string;
  /** Sends a signal: SIGSTOP freezes it, SIGCONT wakes it, SIGKILL ends it. */
  kill(signal: NodeJS.Signals): boolean;
  /** Starts it again on the same ports, after it has ended. */
  restart(): Promise<void>;
  /** Ends it. Idempotent. */
  stop(): Promise<ProcessEnd>;
}

const program = join(frameworksFolder, ".built/collector/otelcol");

/** Starts the Collector of `otelcol/builder-config.yaml`; resolves when its health check answers. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const [http, grpc, health, metrics, own, pages] = await Promise.all(Array.from({ length: 6 }, () => freePort()));
  const local = (port: number | undefined): string => `127.0.0.1:${port}`;
  const ports = {
    extensions: { health_check: { endpoint: local(health) }, zpages: { endpoint: local(pages) } },
    receivers: {
      otlp: { protocols: { http: { endpoint: local(http) }, grpc: { endpoint: local(grpc) } } },
    },
    exporters: Object.fromEntries(
      (options.prometheusExporters ?? ["prometheus"]).map((name) => [name, { endpoint: local(metrics) }]),
    ),
    service: {
      telemetry: {
        metrics: { readers: [{ pull: { exporter: { prometheus: { host: "127.0.0.1", port: own } } } }] },
      },
    },
  };
  const given = [...options.configFiles, inline(ports), ...(options.overrides ? [inline(options.overrides)] : [])];
  const launch = () =>
    startProcess({
      command: built(),
      args: given.map((config) => `--config=${config}`),
      env: { METRICS_ENDPOINT: local(metrics), ...options.env },
      readyWhen: async () => (await fetch(`http://${local(health)}`, { signal: AbortSignal.timeout(1000) })).ok,
    });
  let child = await launch();
  return {
    get pid() {
      return child.pid;
    },
    otlpUrl: `${options.secure === true ? "https" : "http"}://${local(http)}`,
    metricsUrl: `http://${local(metrics)}/metrics`,
    metricsTarget: local(metrics),
    ownMetricsUrl: `http://${local(own)}/metrics`,
    output: () => child.output(),
    kill: (signal) => child.kill(signal),
    restart: async () => {
      await child.stop();
      child = await launch();
    },
    stop: () => child.stop(),
    [Symbol.asyncDispose]: async () => {
      await child.stop();
    },
  };
}

/** What `otelcol validate` says of configurations merged in this order, or "" if there is nothing to say. */
export async function validateCollector(
  configFiles: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const args = ["validate", ...configFiles.map((path) => `--config=${path}`)];
  const { exitCode, stdout, stderr } = await capture(built(), args, { env });
  return exitCode === 0 ? "" : `${stdout}${stderr}`;
}

/** A configuration in an argument: YAML after the name of its provider. */
function inline(config: object): string {
  return `yaml:${stringify(config)}`;
}

function built(): string {
  if (!existsSync(program)) throw new Error("the Collector is not built: run `npm run services`");
  return program;
}
