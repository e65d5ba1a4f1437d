/** What taskvitals uses of a client that is connected to one server. `Redis` of ioredis 5 and 6 has it. */
export interface RedisNodeLike {
  /** State of the connection, in ioredis' own words. */
  readonly status: string;
  /** `normal`, or a mode in which a connection cannot be asked anything. */
  readonly mode?: string;
  /** Options the client was made with. */
  readonly options: RedisNodeOptionsLike;
  /** Connects a client that was made with `lazyConnect`. */
  connect(): Promise<void>;
  /** Builds a batch of commands that is sent as one. */
  pipeline(commands?: unknown[][]): RedisPipelineLike;
  /** Adds a listener for one event. */
  once(event: string, listener: (error: Error) => void): unknown;
  /** Adds a listener. */
  on(event: string, listener: (error: Error) => void): unknown;
  /** Takes a listener back. */
  removeListener(event: string, listener: (error: Error) => void): unknown;
  /** How many listeners an event has. */
  listenerCount(event: string): number;
}

/** What taskvitals uses of the options of a client. */
export interface RedisNodeOptionsLike {
  /** Put in front of every key. */
  readonly keyPrefix?: string | undefined;
  /** Host of the server. */
  readonly host?: string | undefined;
  /** Port of the server. */
  readonly port?: number | undefined;
  /** Whether the connection is one over TLS: anything but `undefined`. */
  readonly tls?: unknown;
}

/** A batch of commands. */
export interface RedisPipelineLike {
  /** Sends the batch; settles with one error or result per command. */
  exec(): Promise<[error: Error | null, result: unknown][] | null>;
}

/** Where a node is reached that the Cluster knows under another address. */
export interface RedisNodeAddressLike {
  /** Host to connect to. */
  readonly host: string;
  /** Port to connect to. */
  readonly port: number;
}

/** What taskvitals uses of a client of a Redis Cluster. `Cluster` of ioredis 5 and 6 has it. */
export interface RedisClusterLike {
  /** State of the client, in ioredis' own words. */
  readonly status: string;
  /** Options the client was made with. */
  readonly options: {
    /** Put in front of every key. */
    readonly keyPrefix?: string | undefined;
    /** Where nodes are reached, by the `host:port` that the Cluster has of them. */
    readonly natMap?:
      | Readonly<Record<string, RedisNodeAddressLike>>
      | ((node: string) => RedisNodeAddressLike | null | undefined)
      | null
      | undefined;
  };
  /** `host:port` of the nodes that serve each slot, the master first. */
  readonly slots: readonly (readonly string[])[];
  /** The clients of the single nodes. */
  nodes(): readonly RedisNodeLike[];
  /** Asks a node anew which node serves which slot. */
  refreshSlotsCache(): void;
  /** Connects a client that was made with `lazyConnect`. */
  connect(): Promise<void>;
  /** Adds a listener for one event. */
  once(event: string, listener: (error: Error) => void): unknown;
  /** Adds a listener. */
  on(event: string, listener: (error: Error) => void): unknown;
  /** Takes a listener back. */
  removeListener(event: string, listener: (error: Error) => void): unknown;
  /** How many listeners an event has. */
  listenerCount(event: string): number;
}

/**
 * A client of the caller's own: `Redis` or `Cluster` of ioredis 5 or 6. It is used as it is configured (`keyPrefix`, TLS,
 * Sentinel …) and never closed. Not one that runs blocking commands: readings would wait behind them.
 */
export type RedisClientLike = RedisNodeLike | RedisClusterLike;

/** Whether the client is one of a Redis Cluster. */
export function isCluster(client: RedisClientLike): client is RedisClusterLike {
  return "slots" in client && "nodes" in client;
}
