import type { RedisClientLike } from "taskvitals";
import type { BrokerSettings } from "../configuration/exporter-configuration.ts";
import { type ConnectionSettings, connectionSettings } from "./connection-settings.ts";
import { endClient, openClient } from "./redis-client.ts";
import { renewableClient } from "./renewable-client.ts";
import type { SecretFiles } from "./secret-files.ts";

/** A broker that the exporter reads. */
export interface OpenBroker {
  readonly name: string;
  /** For whoever reads it: a URL, or a client that stays ours. */
  readonly connection: string | RedisClientLike;
  /** Where it was configured, for messages. */
  readonly where: string;
  /** Where it is, for people: host and port, without credentials. */
  readonly address: string;
  /** Calls back when the connection was made anew, perhaps to another server; the function that is returned ends it. */
  onRenewal(listener: () => void): () => void;
  close(): void;
}

/** What {@link openBroker} works with. */
export interface BrokerSurroundings {
  readonly files: SecretFiles;
  /** Takes one line for the operator, free of credentials. */
  readonly info: (message: string) => void;
  /** The same for what is wrong. Called again for the same cause. */
  readonly warn: (message: string) => void;
}

/**
 * Opens a broker. Whatever of it is in files is read again when it changes, and the connection is made anew.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for settings and files that cannot be used
 */
export function openBroker(name: string, settings: BrokerSettings, surroundings: BrokerSurroundings): OpenBroker {
  const { files, info, warn } = surroundings;
  const read = (): ConnectionSettings => connectionSettings(settings, files.read);
  let made = read();
  const { where } = settings.location;
  const address = describe(made);
  if (made.url !== undefined) {
    return { name, connection: made.url, where, address, onRenewal: () => () => {}, close: () => {} };
  }
  const open = (): ReturnType<typeof openClient> =>
    openClient(made, (error) => warn(`Broker "${name}": the connection failed (${causeOf(error)}).`));
  const renewable = renewableClient(open(), endClient);
  const listeners = new Set<() => void>();
  files.onChange(() => {
    try {
      const next = read();
      if (JSON.stringify(next) === JSON.stringify(made)) return;
      made = next;
    } catch (error) {
      warn(`Broker "${name}": a file changed and cannot be used; the connection stays as it is. ${textOf(error)}`);
      return;
    }
    renewable.renew(open());
    info(`Broker "${name}": a file changed; connecting anew.`);
    for (const listener of listeners) listener();
  });
  return {
    name,
    // What is used of it is what taskvitals asks of a client.
    connection: renewable.client as unknown as RedisClientLike,
    where,
    address,
    onRenewal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => endClient(renewable.current()),
  };
}

function describe({ kind, hosts, db, name }: ConnectionSettings): string {
  const list = hosts.map(({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`).join(", ");
  if (kind === "cluster") return `Cluster at ${list}`;
  if (kind === "sentinels") return `${name} by Sentinels at ${list}${db === 0 ? "" : `, database ${db}`}`;
  return db === 0 ? list : `${list}/${db}`;
}

/** The kind of an error. A server's message may repeat what it was sent. */
function causeOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === "string") return code;
  if (error.message.startsWith("All sentinels are unreachable"))
    return "no Sentinel knows the master or can be reached";
  if (error.name === "ClusterAllFailedError") return "no node of the Cluster can be reached";
  return /^[A-Z]{4,20}\b/.exec(error.message)?.[0] ?? error.name;
}

function textOf(error: unknown): string {
  return error instanceof Error && error.name === "TaskVitalsError" ? error.message : "";
}
