import { isIP } from "node:net";
import { parseRedisUrl } from "@taskvitals/redis";
import type { Credentials, TlsFiles } from "../configuration/configuration-layer.ts";
import type { BrokerSettings } from "../configuration/exporter-configuration.ts";
import { misconfigured } from "../configuration/misconfigured.ts";

/** What a client of a broker is made with. Holds passwords and keys: keep it out of anything that is shown. */
export interface ConnectionSettings {
  readonly kind: "server" | "cluster" | "sentinels";
  /** The server, the nodes to begin with, or the Sentinels. */
  readonly hosts: readonly HostAddress[];
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
  /** Name of the master, with Sentinels. */
  readonly name: string | undefined;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPassword: string | undefined;
  readonly tls: TlsSettings | undefined;
  /** The URL, where it alone says all there is. */
  readonly url: string | undefined;
}

/** Where something listens. */
export interface HostAddress {
  readonly host: string;
  readonly port: number;
}

/** TLS of a connection, PEM. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/** Reads a file that a setting names. */
export type ReadFile = (file: string, where: string) => string;

/**
 * Works out how a broker is connected to, reading the files that are named.
 *
 * @throws TaskVitalsError `INVALID_OPTION`; no password is shown
 */
export function connectionSettings({ location, tls: files }: BrokerSettings, read: ReadFile): ConnectionSettings {
  const { where, credentials } = location;
  const own = login(credentials, where, read);
  switch (location.kind) {
    case "url":
    case "url-file": {
      const url = location.kind === "url" ? location.url : read(location.file, where).trim();
      const { host, port, username, password, db, tls } = parseRedisUrl(url, where);
      const settings = tlsSettings(files, tls, where, read, host);
      const simple = Object.keys(credentials).every((key) => credentials[key as keyof Credentials] === undefined);
      return {
        ...NOTHING,
        kind: "server",
        hosts: [{ host, port }],
        username: own.username ?? username,
        password: own.password ?? password,
        db,
        tls: settings,
        // A file may change, and so may what it says.
        url: location.kind === "url" && simple && !hasFiles(files) ? url : undefined,
      };
    }
    case "cluster": {
      const nodes = location.nodes.map((node) => hostOf(node, 6379, where));
      return { ...NOTHING, ...own, kind: "cluster", hosts: nodes, tls: tlsSettings(files, false, where, read) };
    }
    case "sentinels": {
      const sentinel = login(location.sentinelCredentials, where, read);
      return {
        ...NOTHING,
        ...own,
        kind: "sentinels",
        hosts: location.sentinels.map((address) => hostOf(address, 26_379, where)),
        name: location.name,
        db: location.db,
        sentinelUsername: sentinel.username,
        sentinelPassword: sentinel.password,
        tls: tlsSettings(files, false, where, read),
      };
    }
  }
}

const NOTHING = {
  username: undefined,
  password: undefined,
  db: 0,
  name: undefined,
  sentinelUsername: undefined,
  sentinelPassword: undefined,
  url: undefined,
};

function hasFiles({ enabled: _, ...files }: TlsFiles): boolean {
  return Object.values(files).some((file) => file !== undefined);
}

function login(
  { username, password, passwordFile }: Credentials,
  where: string,
  read: ReadFile,
): { readonly username: string | undefined; readonly password: string | undefined } {
  // Files end in a line end more often than passwords do.
  const secret =
    passwordFile === undefined ? password : read(passwordFile, `${where}.passwordFile`).replace(/\r?\n$/, "");
  if (username !== undefined && secret === undefined) {
    throw misconfigured({
      where,
      expected: "a password beside the user name",
      remedy: "Set password or passwordFile.",
    });
  }
  return { username, password: secret };
}

function tlsSettings(
  { enabled, ca, cert, key, serverName }: TlsFiles,
  ofUrl: boolean,
  where: string,
  read: ReadFile,
  host?: string,
): TlsSettings | undefined {
  const [file] = [ca, cert, key, serverName].filter((given) => given !== undefined);
  const wanted = ofUrl || (host === undefined && (enabled?.value ?? file !== undefined));
  if (!wanted) {
    if (file === undefined && enabled?.value !== true) return undefined;
    throw misconfigured({
      where: file?.where ?? enabled?.where ?? where,
      expected: "a server that is spoken to over TLS",
      remedy: "Begin its URL with rediss:// instead of redis://.",
    });
  }
  if ((cert === undefined) !== (key === undefined)) {
    const given = cert ?? key;
    throw misconfigured({ where: given?.where ?? where, expected: "certificate and key together" });
  }
  const servername = serverName?.value ?? (host !== undefined && isIP(host) === 0 ? host : undefined);
  return {
    ...(ca && { ca: pem(ca, read) }),
    ...(cert && { cert: pem(cert, read) }),
    ...(key && { key: pem(key, read) }),
    ...(servername !== undefined && { servername }),
  };
}

function pem({ value, where }: { readonly value: string; readonly where: string }, read: ReadFile): string {
  const content = read(value, where);
  if (content.includes("-----BEGIN ")) return content;
  throw misconfigured({ where, got: value, expected: "a file in PEM format (-----BEGIN …)" });
}

function hostOf(text: string, fallback: number, where: string): HostAddress {
  const [, host, digits] = /^(\[[\da-f:.]+\]|[a-z\d._-]+)(?::(\d{1,5}))?$/i.exec(text.trim()) ?? [];
  const port = digits === undefined ? fallback : Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    const remedy = "User, password and TLS have keys of their own.";
    throw misconfigured({ where, got: text, expected: `host:port, such as redis-1:${fallback}`, remedy });
  }
  return { host: host.replace(/^\[|\]$/g, ""), port };
}
