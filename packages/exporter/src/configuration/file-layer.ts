import { dirname, resolve } from "node:path";
import type { CounterOptions, QueueOptions } from "taskvitals";
import type { BrokerAddress, BrokerLayer, ConfigurationLayer, Sourced, TlsFiles } from "./configuration-layer.ts";
import type { FileBroker, FileContent } from "./file-content.ts";
import { fileKeysAt, fileSchema } from "./file-schema.ts";
import { parseListenAddress } from "./listen-address.ts";
import { misconfigured } from "./misconfigured.ts";
import { readYamlFile } from "./yaml-file.ts";

type Where = (path: readonly (string | number)[]) => string;

/**
 * Reads the configuration file. Names of files in it are relative to its own folder.
 *
 * @param named - the file, and the flag or variable that named it
 * @throws TaskVitalsError `INVALID_OPTION` with file, line and key
 */
export function readFileLayer(named: Sourced<string>): ConfigurationLayer {
  const shape = { namedBy: named.where, schema: fileSchema, keysAt: fileKeysAt };
  const { content, where } = readYamlFile(named.value, shape);
  const file = (name: string): string => resolve(dirname(named.value), name);
  const sourced = <T>(value: T | undefined, ...path: (string | number)[]): Sourced<T> | undefined =>
    value === undefined ? undefined : { value, where: where(path) };
  const { endpoint = {} } = content;
  const events = (key: "celeryEvents" | "bullmqEvents"): Sourced<object>[] | undefined =>
    listed(content[key])?.map((value, index) => ({
      value,
      where: where(Array.isArray(content[key]) ? [key, index] : [key]),
    }));
  const address = endpoint.listenAddress;
  const addressAt = where(["endpoint", "listenAddress"]);
  return {
    brokers: brokers(content, where, file),
    queues: content.queues?.map((queue, index) => ({
      // Checked by what reads queues.
      value: queue as string | QueueOptions | CounterOptions,
      where: where(["queues", index]),
    })),
    tasks: sourced(content.tasks, "tasks"),
    celeryEvents: events("celeryEvents"),
    bullmqEvents: events("bullmqEvents"),
    alsoEmit: sourced(content.alsoEmit, "alsoEmit"),
    lease: sourced(content.lease, "lease"),
    totalsFile: sourced(content.totalsFile && file(content.totalsFile), "totalsFile"),
    listenAddress:
      address === undefined ? undefined : { value: parseListenAddress(address, addressAt), where: addressAt },
    telemetryPath: sourced(endpoint.path, "endpoint", "path"),
    webConfigFile: sourced(endpoint.webConfigFile && file(endpoint.webConfigFile), "endpoint", "webConfigFile"),
    livePage: livePage(content, where, file),
    livePageThresholds: sourced(
      typeof content.livePage === "object" && content.livePage.thresholds !== undefined
        ? file(content.livePage.thresholds)
        : undefined,
      "livePage",
      "thresholds",
    ),
    logFormat: sourced(content.log?.format, "log", "format"),
    serviceName: content.serviceName,
    resourceAttributes: content.resourceAttributes,
    limits: {
      buckets: content.buckets,
      readDeadlineMs: content.readDeadlineMs,
      maxSeries: content.maxSeries,
      maxQueues: content.maxQueues,
      hostVitals: content.hostVitals,
      runtimeMetrics: content.runtimeMetrics,
    },
  };
}

function livePage(
  { livePage: given }: FileContent,
  where: Where,
  file: (name: string) => string,
): ConfigurationLayer["livePage"] {
  if (given === undefined) return undefined;
  const sourced = { where: where(["livePage"]) };
  if (typeof given === "boolean") return { ...sourced, value: given ? {} : false };
  const { password, passwordFile, username } = given;
  if (username === undefined && password === undefined && passwordFile === undefined) return { ...sourced, value: {} };
  if (username === undefined || (password === undefined) === (passwordFile === undefined)) {
    throw misconfigured({ ...sourced, expected: "username beside password or passwordFile, one of the two" });
  }
  const secret =
    passwordFile === undefined
      ? { password }
      : { passwordFile: { value: file(passwordFile), where: where(["livePage", "passwordFile"]) } };
  return { ...sourced, value: { user: { name: username, ...secret } } };
}

function listed<T extends object>(given: boolean | T | readonly T[] | undefined): readonly (T | object)[] | undefined {
  if (given === undefined) return undefined;
  if (typeof given === "boolean") return given ? [{}] : [];
  return Array.isArray(given) ? given : [given];
}

function brokers(content: FileContent, where: Where, file: (name: string) => string): ConfigurationLayer["brokers"] {
  const found: Record<string, BrokerLayer> = {};
  if (content.redis !== undefined) found.default = urlBroker(content.redis, where(["redis"]));
  for (const [name, given] of Object.entries(content.brokers ?? {})) {
    const place = where(["brokers", name]);
    if (name === "" || /[/:@]/.test(name)) {
      throw misconfigured({ where: place, expected: "a name without /, : and @" });
    }
    if (found[name] !== undefined) {
      const expected = 'one broker named "default"; "redis" is the same';
      throw misconfigured({ where: place, expected, remedy: "Leave out one of the two." });
    }
    found[name] = typeof given === "string" ? urlBroker(given, place) : broker(given, name, where, file);
  }
  return found;
}

function urlBroker(url: string, where: string): BrokerLayer {
  return { location: { kind: "url", url, where, credentials: {} }, tls: {} };
}

function broker(given: FileBroker, name: string, where: Where, file: (name: string) => string): BrokerLayer {
  const place = (...keys: string[]): string => where(["brokers", name, ...keys]);
  const address = addressOf(given, place, file);
  const { username, password, passwordFile } = given;
  if (password !== undefined && passwordFile !== undefined) {
    throw misconfigured({ where: place("password"), expected: "password or passwordFile, not both" });
  }
  const credentials = { username, password, passwordFile: passwordFile && file(passwordFile) };
  return {
    location: address && { ...address, where: place(), credentials },
    tls: tlsOf(given.tls, place, file),
  };
}

function addressOf(
  given: FileBroker,
  place: (...keys: string[]) => string,
  file: (name: string) => string,
): BrokerAddress | undefined {
  const { url, urlFile, cluster, sentinels, name, db } = given;
  const kinds = { url, urlFile, cluster, sentinels };
  const named = Object.entries(kinds).flatMap(([kind, value]) => (value === undefined ? [] : [kind]));
  if (named.length > 1) {
    throw misconfigured({
      where: place(),
      got: named.join(" and "),
      expected: "one of url, urlFile, cluster, sentinels",
    });
  }
  if (sentinels === undefined) {
    const stray = (["name", "db", "sentinelUsername", "sentinelPassword", "sentinelPasswordFile"] as const).find(
      (key) => given[key] !== undefined,
    );
    if (stray !== undefined) {
      const remedy = stray === "db" ? "The database of a URL is its path, such as /1." : undefined;
      throw misconfigured({ where: place(stray), expected: "this key beside sentinels only", remedy });
    }
  }
  if (url !== undefined) return { kind: "url", url };
  if (urlFile !== undefined) return { kind: "url-file", file: file(urlFile) };
  if (cluster !== undefined) return { kind: "cluster", nodes: cluster };
  if (sentinels === undefined) return undefined;
  if (name === undefined) {
    throw misconfigured({ where: place(), expected: "name, the name that the Sentinels have for the master" });
  }
  const { sentinelUsername: username, sentinelPassword: password, sentinelPasswordFile } = given;
  const sentinelCredentials = { username, password, passwordFile: sentinelPasswordFile && file(sentinelPasswordFile) };
  return { kind: "sentinels", sentinels, name, db: db ?? 0, sentinelCredentials };
}

function tlsOf(
  given: FileBroker["tls"],
  place: (...keys: string[]) => string,
  file: (name: string) => string,
): TlsFiles {
  if (given === undefined) return {};
  if (typeof given === "boolean") return { enabled: { value: given, where: place("tls") } };
  const { caFile, certFile, keyFile, serverName } = given;
  const sourced = (value: string | undefined, key: string): Sourced<string> | undefined =>
    value === undefined ? undefined : { value, where: place("tls", key) };
  return {
    enabled: { value: true, where: place("tls") },
    ca: sourced(caFile && file(caFile), "caFile"),
    cert: sourced(certFile && file(certFile), "certFile"),
    key: sourced(keyFile && file(keyFile), "keyFile"),
    serverName: sourced(serverName, "serverName"),
  };
}
