import { parseQueue, type SourceSpecification } from "@taskvitals/redis";
import { type CounterOptions, type DeclaredTask, type QueueOptions, TaskVitalsError } from "taskvitals";
import type { CommandLine } from "./command-line.ts";
import type {
  BrokerLayer,
  BrokerLocation,
  BullmqEventsOptions,
  CeleryEventsOptions,
  ConfigurationLayer,
  LivePageLayer,
  LogFormat,
  OldExporter,
  Sourced,
  TlsFiles,
  VitalsLimits,
} from "./configuration-layer.ts";
import { type Environment, readEnvironmentLayer } from "./environment-layer.ts";
import { readFileLayer } from "./file-layer.ts";
import { DEFAULT_PORT, type ListenAddress } from "./listen-address.ts";
import { misconfigured } from "./misconfigured.ts";

/** What the exporter does, put together from command line, environment and file. */
export interface ExporterConfiguration {
  /** By name. */
  readonly brokers: ReadonlyMap<string, BrokerSettings>;
  readonly queues: readonly ConfiguredQueue[];
  readonly tasks: Sourced<readonly (string | DeclaredTask)[]>;
  /** Each on a broker that is there. */
  readonly celeryEvents: readonly Sourced<CeleryEventsSettings>[];
  /** Each on a broker that is there, and that has queues of BullMQ. */
  readonly bullmqEvents: readonly Sourced<BullmqEventsSettings>[];
  /** The exporter whose names are shown beside ours; only beside events of Celery. */
  readonly alsoEmit: Sourced<OldExporter> | undefined;
  /** The lease by which replicas take turns at counting events and reporting counters; `undefined` where there is but one. */
  readonly lease: LeaseSettings | undefined;
  /** The file in which totals survive a restart; never beside a lease, which keeps them in Redis. */
  readonly totalsFile: Sourced<string> | undefined;
  /** `undefined` where nothing is to be scraped. */
  readonly listen: Sourced<ListenAddress> | undefined;
  readonly telemetryPath: Sourced<string> | undefined;
  readonly webConfigFile: Sourced<string> | undefined;
  /** `false` where there is to be none. */
  readonly livePage: Sourced<LivePageLayer | false>;
  /** File of the thresholds that its verdicts rest on; `undefined` for those that are shipped. */
  readonly livePageThresholds: Sourced<string> | undefined;
  readonly logFormat: LogFormat;
  readonly serviceName: string | undefined;
  readonly resourceAttributes: Readonly<Record<string, string | number | boolean>>;
  readonly limits: VitalsLimits;
  /** The environment as far as the SDK is to read it. */
  readonly environment: Environment;
  /** What is worth a warning at start. */
  readonly warnings: readonly string[];
}

/** A queue or counter as it was given, and as it was understood. */
export interface ConfiguredQueue {
  readonly given: string | QueueOptions | CounterOptions;
  readonly where: string;
  readonly source: SourceSpecification;
}

/** One broker. */
export interface BrokerSettings {
  readonly location: BrokerLocation;
  readonly tls: TlsFiles;
}

/** {@link CeleryEventsOptions} with defaults. */
export type CeleryEventsSettings = CeleryEventsOptions & { readonly broker: string; readonly inspect: boolean };

/** {@link BullmqEventsOptions} with defaults. */
export type BullmqEventsSettings = BullmqEventsOptions & { readonly broker: string };

/** A lease, and the broker that keeps it. */
export interface LeaseSettings {
  readonly name: string;
  readonly broker: string;
}

const PASSWORD_WARNING =
  "--redis: a password among the arguments can be read by every user of this machine. Use REDIS_URL or --redis-url-file.";

/**
 * Puts the sources together: the command line wins over the environment, and that over the file, one setting at a time. A list is one setting.
 *
 * @throws TaskVitalsError `INVALID_OPTION` or `UNKNOWN_BROKER`, naming the flag, variable, or file with line and key
 */
export function resolveConfiguration(commandLine: CommandLine, variables: Environment): ExporterConfiguration {
  const environment = readEnvironmentLayer(variables);
  const named = commandLine.file ?? environment.file;
  const layers = [commandLine.layer, environment.layer, ...(named === undefined ? [] : [readFileLayer(named)])];
  const first = <T>(pick: (layer: ConfigurationLayer) => T | undefined): T | undefined => {
    for (const layer of layers) {
      const value = pick(layer);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const brokers = mergeBrokers(layers);
  const listen = first((layer) => layer.listenAddress);
  const queues = (first((layer) => layer.queues) ?? []).map(({ value, where }) => {
    const source = parseQueue(value, where);
    requireBroker(source.broker, brokers, where);
    return { given: value, where, source };
  });
  const celery = celeryEvents(first, brokers);
  const bullmq = bullmqEvents(first, brokers, queues);
  const events = [...celery, ...bullmq];
  return {
    brokers,
    queues,
    tasks: first((layer) => layer.tasks) ?? { value: [], where: "tasks" },
    celeryEvents: celery,
    bullmqEvents: bullmq,
    alsoEmit: alsoEmit(first, celery.length > 0),
    lease: lease(first, events, queues),
    totalsFile: totalsFile(first, events.length > 0),
    listen:
      environment.scraped || commandLine.layer.listenAddress !== undefined ? (listen ?? DEFAULT_LISTEN) : undefined,
    telemetryPath: first((layer) => layer.telemetryPath),
    webConfigFile: first((layer) => layer.webConfigFile),
    livePage: first((layer) => layer.livePage) ?? { value: {}, where: "livePage" },
    livePageThresholds: first((layer) => layer.livePageThresholds),
    logFormat: first((layer) => layer.logFormat)?.value ?? "logfmt",
    ...identity(first, variables),
    limits: layers.at(-1)?.limits ?? {},
    environment: forSdk(variables),
    warnings: [...(commandLine.hasPassword ? [PASSWORD_WARNING] : []), ...environment.warnings],
  };
}

type First = <T>(pick: (layer: ConfigurationLayer) => T | undefined) => T | undefined;

const DEFAULT_LISTEN: Sourced<ListenAddress> = {
  value: { host: undefined, port: DEFAULT_PORT },
  where: "--web.listen-address",
};

function mergeBrokers(layers: readonly ConfigurationLayer[]): ReadonlyMap<string, BrokerSettings> {
  const merged = new Map<string, BrokerSettings>();
  for (const name of new Set(layers.flatMap((layer) => Object.keys(layer.brokers)))) {
    const found = layers.flatMap((layer) => layer.brokers[name] ?? []);
    const location = found.find((layer) => layer.location !== undefined)?.location;
    // The files of TLS go with whatever server they are for, one by one.
    const tls: TlsFiles = Object.assign({}, ...found.toReversed().map(definedFiles));
    if (location !== undefined) merged.set(name, { location, tls });
    else requireNothing(tls, name);
  }
  if (merged.size > 0) return merged;
  throw misconfigured({
    where: "--redis",
    expected: "a Redis server to read",
    remedy: "Give --redis redis://host:6379, REDIS_URL, --redis-url-file, or brokers in the file of --config.",
  });
}

function definedFiles({ tls }: BrokerLayer): TlsFiles {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
}

function requireNothing(tls: TlsFiles, name: string): void {
  const [file] = Object.values(tls);
  if (file === undefined) return;
  throw misconfigured({ where: file.where, expected: `a server for it: broker "${name}" has no address` });
}

function requireBroker(name: string, brokers: ReadonlyMap<string, unknown>, where: string): void {
  if (brokers.has(name)) return;
  const known = [...brokers.keys()].map((key) => JSON.stringify(key)).join(", ");
  const remedy =
    name === "default"
      ? "Give --redis or REDIS_URL, or say which broker it is on."
      : "Correct it, or add it to brokers.";
  throw new TaskVitalsError(
    "UNKNOWN_BROKER",
    `${where}: there is no broker ${JSON.stringify(name)}, only ${known}. ${remedy}`,
  );
}

function celeryEvents(first: First, brokers: ReadonlyMap<string, unknown>): ExporterConfiguration["celeryEvents"] {
  const given = first((layer) => layer.celeryEvents) ?? [];
  const inspect = first((layer) => layer.celeryInspect);
  if (inspect?.value === true && given.length === 0) {
    throw misconfigured({
      where: inspect.where,
      expected: "Celery's events to be read",
      remedy: "Add --celery-events.",
    });
  }
  const settings = given.map(({ value, where }) => {
    const broker = value.broker ?? "default";
    requireBroker(broker, brokers, where);
    return { value: { ...value, broker, inspect: inspect?.value ?? value.inspect ?? false }, where };
  });
  const seen = new Set<string>();
  for (const { value, where } of settings) {
    const key = JSON.stringify([value.broker, value.globalKeyprefix ?? ""]);
    if (seen.has(key)) {
      throw misconfigured({ where, expected: `the events of broker "${value.broker}" once per globalKeyprefix` });
    }
    seen.add(key);
  }
  return settings;
}

function bullmqEvents(
  first: First,
  brokers: ReadonlyMap<string, unknown>,
  queues: ExporterConfiguration["queues"],
): ExporterConfiguration["bullmqEvents"] {
  const seen = new Set<string>();
  return (first((layer) => layer.bullmqEvents) ?? []).map(({ value, where }) => {
    const broker = value.broker ?? "default";
    requireBroker(broker, brokers, where);
    if (seen.has(broker)) throw misconfigured({ where, expected: `the events of broker "${broker}" once` });
    seen.add(broker);
    const isTheirs = ({ source }: ConfiguredQueue): boolean =>
      source.broker === broker && source.kind !== "counter" && source.layout === "bullmq";
    if (queues.some(isTheirs)) return { value: { ...value, broker }, where };
    const remedy =
      "Add --queue bullmq:<name>, or bullmq:* for all; or say which broker has them, in the file: bullmqEvents: { broker: <name> }.";
    throw misconfigured({ where, expected: `a queue of BullMQ on broker "${broker}", whose events to read`, remedy });
  });
}

function alsoEmit(first: First, hasEvents: boolean): Sourced<OldExporter> | undefined {
  const given = first((layer) => layer.alsoEmit);
  if (given === undefined || hasEvents) return given;
  const expected = "Celery's events to be read, of which these names tell";
  throw misconfigured({ where: given.where, expected, remedy: "Add --celery-events." });
}

/** Kept where the first of what it is about is. */
function lease(
  first: First,
  events: readonly Sourced<{ readonly broker: string }>[],
  queues: ExporterConfiguration["queues"],
): LeaseSettings | undefined {
  const given = first((layer) => layer.lease);
  if (given === undefined) return undefined;
  if (!/^[\w.-]{1,100}$/.test(given.value)) {
    const expected = "a name of at most 100 letters, digits, _, . and -";
    throw misconfigured({ where: given.where, got: given.value, expected });
  }
  const counter = queues.find(({ source }) => source.kind === "counter");
  const broker = events[0]?.value.broker ?? counter?.source.broker;
  if (broker !== undefined) return { name: given.value, broker };
  throw misconfigured({
    where: given.where,
    expected: "events to count or a counter in Redis to report, which replicas take turns at",
    remedy:
      "Add --celery-events, --bullmq-events or a counter: among the queues, or leave the lease out: queues may be read by many.",
  });
}

function totalsFile(first: First, hasEvents: boolean): Sourced<string> | undefined {
  const given = first((layer) => layer.totalsFile);
  if (given === undefined) return undefined;
  const { where } = given;
  if (first((layer) => layer.lease) !== undefined) {
    const expected = "this or the lease, not both: a lease keeps the totals in Redis";
    throw misconfigured({ where, expected, remedy: "Leave out one of the two." });
  }
  if (given.value.endsWith("/")) throw misconfigured({ where, got: given.value, expected: "a file, not a folder" });
  if (hasEvents) return given;
  throw misconfigured({
    where,
    expected: "events to count, whose totals it is for",
    remedy: "Add --celery-events or --bullmq-events, or leave the file out: queues and counters in Redis need none.",
  });
}

/** The SDK would let the file win over the environment. */
function identity(
  first: First,
  variables: Environment,
): Pick<ExporterConfiguration, "serviceName" | "resourceAttributes"> {
  const text = variables.OTEL_RESOURCE_ATTRIBUTES ?? "";
  const inEnvironment = new Set(text.split(",").map((pair) => pair.split("=", 1)[0]?.trim()));
  const attributes = Object.entries(first((layer) => layer.resourceAttributes) ?? {});
  const named = Boolean(variables.OTEL_SERVICE_NAME?.trim()) || inEnvironment.has("service.name");
  const ofFile = attributes.some(([name]) => name === "service.name");
  const serviceName = first((layer) => layer.serviceName) ?? (ofFile ? undefined : "taskvitals-exporter");
  return {
    serviceName: named ? undefined : serviceName,
    resourceAttributes: Object.fromEntries(
      attributes.filter(([name]) => !inEnvironment.has(name) && !(named && name === "service.name")),
    ),
  };
}

/** Without what was read here. */
function forSdk(variables: Environment): Environment {
  const read = /^(REDIS_URL|OTEL_EXPORTER_PROMETHEUS_(HOST|PORT)|TASKVITALS_(?!EXPOSITION$).*)$/;
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !read.test(name)));
}
