import { Cluster, Redis } from "ioredis";
import type { ConnectionSettings, HostAddress } from "./connection-settings.ts";

/** A client of ours: of one server, of the master that Sentinels name, or of a Cluster. */
export type OwnedClient = Redis | Cluster;

const CONNECT_MS = 5000;
/** How long a connection may say nothing while it owes an answer, in milliseconds; then it is opened anew. */
const SILENCE_MS = 10_000;
const LAST_RETRY_MS = 1000;

/** Opens a client, in the background: whether it connects shows in the readings. It goes on trying for as long as it is open. */
export function openClient(settings: ConnectionSettings, onError: (error: Error) => void): OwnedClient {
  const client = create(settings);
  // Without a listener, ioredis would print errors by itself.
  client.on("error", onError);
  return client;
}

/** Where ioredis has the sockets of a client. */
interface Sockets {
  readonly stream?: { on(event: "error", listener: () => void): unknown };
  readonly connector?: Pick<Sockets, "stream">;
}

/**
 * Ends a client, be it in the middle of a handshake. Of a TLS connection that is ended then, the server complains; ioredis listens to the first error
 * of a socket alone, and a second one would end the process.
 */
export function endClient(client: OwnedClient): void {
  const nodes = client instanceof Cluster ? client.nodes("all") : [client];
  for (const node of nodes as unknown as readonly Sockets[]) {
    for (const socket of [node.stream, node.connector?.stream]) socket?.on("error", () => {});
  }
  client.disconnect();
}

function create(settings: ConnectionSettings): OwnedClient {
  const { hosts, kind, name, sentinelPassword, sentinelUsername, tls } = settings;
  const options = nodeOptions(settings);
  if (kind === "cluster") {
    return new Cluster([...hosts], {
      redisOptions: options,
      clusterRetryStrategy: retryAfter,
      enableOfflineQueue: false,
      // Names of hosts in certificates are compared with what is connected to.
      ...(tls && {
        dnsLookup: (address: string, callback: (error: null, address: string) => void) => callback(null, address),
      }),
    });
  }
  if (kind === "sentinels") {
    return new Redis({
      ...options,
      db: settings.db,
      sentinels: [...hosts],
      name: name ?? "",
      ...(sentinelUsername !== undefined && { sentinelUsername }),
      ...(sentinelPassword !== undefined && { sentinelPassword }),
      ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls }),
      sentinelRetryStrategy: retryAfter,
      // A failover is heard of when it happens, not at the next failure.
      failoverDetector: true,
    });
  }
  const { host, port } = hosts[0] as HostAddress;
  return new Redis({ ...options, host, port, db: settings.db });
}

// The type is left to inference: ioredis' own has options that contradict each other.
function nodeOptions({ username, password, tls }: ConnectionSettings) {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls }),
    connectionName: "taskvitals",
    connectTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: retryAfter,
    // What could not be asked now is asked anew by the next reading.
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // HELLO would repeat the password in the error of a server that does not know it.
    protocol: 2 as const,
    disableClientInfo: true,
  };
}

function retryAfter(times: number): number {
  return Math.min(50 * 2 ** times, LAST_RETRY_MS);
}
