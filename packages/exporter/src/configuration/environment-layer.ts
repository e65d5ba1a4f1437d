import { suggestion } from "@taskvitals/redis";
import type { BrokerLayer, ConfigurationLayer, LogFormat, OldExporter, Sourced } from "./configuration-layer.ts";
import { DEFAULT_PORT, type ListenAddress, parseListenAddress } from "./listen-address.ts";
import { misconfigured } from "./misconfigured.ts";

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says, and what is odd about it. */
export interface EnvironmentLayer {
  readonly layer: ConfigurationLayer;
  /** The configuration file, where a variable names one. */
  readonly file: Sourced<string> | undefined;
  /** Whether there is to be a page to scrape. */
  readonly scraped: boolean;
  /** Variables that look like ours and are none. */
  readonly warnings: readonly string[];
}

/** The variables of the exporter. `TASKVITALS_EXPOSITION` is the SDK's own. */
const NAMES = {
  queues: "TASKVITALS_QUEUES",
  tasks: "TASKVITALS_TASKS",
  redisUrlFile: "TASKVITALS_REDIS_URL_FILE",
  redisCaFile: "TASKVITALS_REDIS_CA_FILE",
  redisCertFile: "TASKVITALS_REDIS_CERT_FILE",
  redisKeyFile: "TASKVITALS_REDIS_KEY_FILE",
  celeryEvents: "TASKVITALS_CELERY_EVENTS",
  celeryInspect: "TASKVITALS_CELERY_INSPECT",
  bullmqEvents: "TASKVITALS_BULLMQ_EVENTS",
  alsoEmit: "TASKVITALS_ALSO_EMIT",
  lease: "TASKVITALS_LEASE",
  totalsFile: "TASKVITALS_TOTALS_FILE",
  config: "TASKVITALS_CONFIG",
  listenAddress: "TASKVITALS_WEB_LISTEN_ADDRESS",
  telemetryPath: "TASKVITALS_WEB_TELEMETRY_PATH",
  webConfigFile: "TASKVITALS_WEB_CONFIG_FILE",
  livePage: "TASKVITALS_LIVE_PAGE",
  livePageThresholds: "TASKVITALS_LIVE_PAGE_THRESHOLDS",
  logFormat: "TASKVITALS_LOG_FORMAT",
  exposition: "TASKVITALS_EXPOSITION",
} as const;

/**
 * Reads the environment. An empty variable counts as not set, as OpenTelemetry has it.
 *
 * @throws TaskVitalsError `INVALID_OPTION` naming the variable
 */
export function readEnvironmentLayer(environment: Environment): EnvironmentLayer {
  const get = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const sourced = (name: string): Sourced<string> | undefined => {
    const value = get(name);
    return value === undefined ? undefined : { value, where: name };
  };
  const tasks = get(NAMES.tasks);
  const celery = flag(NAMES.celeryEvents, get);
  const bullmq = flag(NAMES.bullmqEvents, get);
  const livePage = flag(NAMES.livePage, get);
  return {
    layer: {
      brokers: brokers(get),
      queues: list(get(NAMES.queues))?.map((value) => ({ value, where: NAMES.queues })),
      tasks: tasks === undefined ? undefined : { value: list(tasks, NAMES.tasks) ?? [], where: NAMES.tasks },
      celeryEvents: celery && (celery.value ? [{ value: {}, where: celery.where }] : []),
      celeryInspect: flag(NAMES.celeryInspect, get),
      bullmqEvents: bullmq && (bullmq.value ? [{ value: {}, where: bullmq.where }] : []),
      alsoEmit: alsoEmit(get),
      lease: sourced(NAMES.lease),
      totalsFile: sourced(NAMES.totalsFile),
      listenAddress: listenAddress(get),
      telemetryPath: sourced(NAMES.telemetryPath),
      webConfigFile: sourced(NAMES.webConfigFile),
      // That there is one is the default: what the file says of it holds.
      livePage: livePage?.value === false ? { value: false, where: livePage.where } : undefined,
      livePageThresholds: sourced(NAMES.livePageThresholds),
      logFormat: logFormat(get),
      limits: {},
    },
    file: sourced(NAMES.config),
    scraped: isScraped(get("OTEL_METRICS_EXPORTER")),
    warnings: strangers(environment),
  };
}

type Get = (name: string) => string | undefined;

function brokers(get: Get): ConfigurationLayer["brokers"] {
  const [url, file] = [get("REDIS_URL"), get(NAMES.redisUrlFile)];
  const sourced = (name: string): Sourced<string> | undefined => {
    const value = get(name);
    return value === undefined ? undefined : { value, where: name };
  };
  const tls = {
    ca: sourced(NAMES.redisCaFile),
    cert: sourced(NAMES.redisCertFile),
    key: sourced(NAMES.redisKeyFile),
  };
  if (url !== undefined && file !== undefined) {
    throw misconfigured({ where: NAMES.redisUrlFile, expected: "this variable or REDIS_URL, not both" });
  }
  const credentials = {};
  let location: BrokerLayer["location"];
  if (url !== undefined) location = { kind: "url", url, where: "REDIS_URL", credentials };
  if (file !== undefined) location = { kind: "url-file", file, where: NAMES.redisUrlFile, credentials };
  return { default: { location, tls } };
}

function flag(name: string, get: Get): Sourced<boolean> | undefined {
  const value = get(name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value !== "true" && value !== "false") {
    throw misconfigured({ where: name, got: get(name), expected: '"true" or "false"' });
  }
  return { value: value === "true", where: name };
}

function list(text: string | undefined, name: string = NAMES.queues): readonly string[] | undefined {
  return text
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        // Not shown: it may be a URL with a password.
        const remedy = "Write a comma as %2C and a percent sign as %25.";
        throw misconfigured({ where: name, expected: "valid percent-encoding", remedy });
      }
    });
}

function listenAddress(get: Get): Sourced<ListenAddress> | undefined {
  const ours = get(NAMES.listenAddress);
  if (ours !== undefined) return { value: parseListenAddress(ours, NAMES.listenAddress), where: NAMES.listenAddress };
  const [host, port] = [get("OTEL_EXPORTER_PROMETHEUS_HOST"), get("OTEL_EXPORTER_PROMETHEUS_PORT")];
  if (host === undefined && port === undefined) return undefined;
  const where = host === undefined ? "OTEL_EXPORTER_PROMETHEUS_PORT" : "OTEL_EXPORTER_PROMETHEUS_HOST";
  const bracketed = host?.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return { value: parseListenAddress(`${bracketed ?? "127.0.0.1"}:${port ?? DEFAULT_PORT}`, where), where };
}

function alsoEmit(get: Get): Sourced<OldExporter> | undefined {
  const value = get(NAMES.alsoEmit);
  if (value === undefined) return undefined;
  if (value === "celery-exporter") return { value, where: NAMES.alsoEmit };
  throw misconfigured({ where: NAMES.alsoEmit, got: value, expected: '"celery-exporter"' });
}

function logFormat(get: Get): Sourced<LogFormat> | undefined {
  const value = get(NAMES.logFormat);
  if (value === undefined) return undefined;
  if (value === "logfmt" || value === "json") return { value, where: NAMES.logFormat };
  throw misconfigured({ where: NAMES.logFormat, got: value, expected: '"logfmt" or "json"' });
}

/** Without the variable, or with `prometheus` in it; the SDK checks the rest. */
function isScraped(exporters: string | undefined): boolean {
  if (exporters === undefined) return true;
  return exporters.split(",").some((name) => name.trim().toLowerCase() === "prometheus");
}

/** Kubernetes gives every container variables about the services beside it: those of a service of our name are none of ours. */
const OF_KUBERNETES = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_\w+)?)$/;

function strangers(environment: Environment): readonly string[] {
  const known = Object.values<string>(NAMES);
  return Object.keys(environment)
    .filter((name) => name.startsWith("TASKVITALS_") && !known.includes(name) && !OF_KUBERNETES.test(name))
    .map((name) => {
      const meant = suggestion(name, known);
      return `${name}: there is no such variable.${meant === undefined ? "" : ` ${meant}`}`;
    });
}
