import { describeValue, invalidOption } from "@taskvitals/core";
import { loadClientOpener } from "../open-client.ts";
import { parseRedisUrl } from "../redis-url.ts";

/** What the event readers use of a connection of their own. */
export interface EventClient {
  /** State of the connection, in ioredis' own words. */
  readonly status: string;
  /** Sends several commands as one. */
  pipeline(commands: unknown[][]): { exec(): Promise<[error: Error | null, result: unknown][] | null> };
  /** Subscribes to patterns. */
  psubscribe(...patterns: string[]): Promise<unknown>;
  /** Subscribes to channels. */
  subscribe(...channels: string[]): Promise<unknown>;
  /** Asks for a sign of life. */
  ping(): Promise<unknown>;
  /** Adds a listener. */
  on(event: string, listener: (...values: never[]) => void): unknown;
  /** Ends the connection. */
  disconnect(): void;
}

/** What is used of a client of the caller's own: `Redis` of ioredis 5 or 6, which is copied and not used itself. */
export interface DuplicableClient {
  /** State of the connection, in ioredis' own words. */
  readonly status: string;
  /** Options the client was made with. */
  readonly options: {
    /** Number of the database. */
    readonly db?: number | undefined;
  };
  /** Makes another client with the same options. */
  duplicate(override?: Readonly<Record<string, unknown>>): unknown;
}

/** Opens connections of our own, each of which is used until its first failure. */
export interface EventClientOpener {
  /** Number of the database. */
  readonly database: number;
  /** Begins to connect. */
  open(): EventClient;
}

/** What a copy of the caller's client does otherwise: it connects once, at once, and says so when it fails. */
const ONCE = {
  lazyConnect: false,
  keyPrefix: "",
  retryStrategy: null,
  reconnectOnError: null,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  enableReadyCheck: false,
  commandTimeout: undefined,
  monitor: false,
};

/** @throws TaskVitalsError `INVALID_OPTION` for anything but a URL or a client that can be copied, `MISSING_PACKAGE` without ioredis */
export async function eventClientOpener(
  given: string | DuplicableClient,
  path: string,
  importIoredis: () => Promise<unknown>,
): Promise<EventClientOpener> {
  if (typeof given === "string") {
    const endpoint = parseRedisUrl(given, path);
    const open = await loadClientOpener(endpoint, path, importIoredis);
    return { database: endpoint.db, open: open as unknown as () => EventClient };
  }
  const client = given as Partial<DuplicableClient> | null | undefined;
  if (typeof client?.duplicate !== "function" || typeof client.options !== "object" || "nodes" in client) {
    throw invalidOption({
      path,
      expected: `a redis:// or rediss:// URL, or a client (Redis) of ioredis 5 or 6, and no Cluster; got ${describeValue(typeof given)}`,
      remedy: "Events are read from one server: name it, or the Sentinels that know it.",
    });
  }
  return { database: given.options.db ?? 0, open: () => unreferenced(given.duplicate(ONCE) as EventClient) };
}

/** The connection does not keep the process alive. */
function unreferenced(client: EventClient): EventClient {
  client.on("connect", () => (client as { stream?: { unref?(): void } }).stream?.unref?.());
  return client;
}
