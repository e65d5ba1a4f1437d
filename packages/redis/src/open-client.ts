import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { TaskVitalsError } from "@taskvitals/core";
import type { OwnClient } from "./own-connection.ts";
import type { RedisEndpoint } from "./redis-url.ts";

type RedisConstructor = new (options: Record<string, unknown>) => OwnClient;

/**
 * Loads ioredis, which only connections of our own need, and returns what opens a client for an endpoint.
 *
 * @throws TaskVitalsError `MISSING_PACKAGE` when ioredis is not installed
 */
export async function loadClientOpener(
  endpoint: RedisEndpoint,
  path: string,
  importIoredis: () => Promise<unknown>,
): Promise<() => OwnClient> {
  let Redis: RedisConstructor;
  try {
    const module = (await importIoredis()) as { Redis?: RedisConstructor; default: { Redis: RedisConstructor } };
    Redis = module.Redis ?? module.default.Redis;
  } catch (cause) {
    const message = `${path}: a Redis URL needs the package ioredis, which cannot be loaded. Run: npm install ioredis`;
    throw new TaskVitalsError("MISSING_PACKAGE", message, { cause });
  }
  const { host, port, tls, username, password, db } = endpoint;
  return () =>
    new Redis({
      host,
      port,
      username,
      password,
      db,
      // The socket is made by the connector; this tells ioredis which event means that it is connected.
      tls: tls ? {} : undefined,
      Connector: unrefConnector(endpoint),
      connectionName: "taskvitals",
      keepAlive: 30_000,
      // A connection is used once: OwnConnection opens the next, with timers that do not keep the process alive.
      retryStrategy: null,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      // The ready check waits while the server loads its data; the reading is to say that it does.
      enableReadyCheck: false,
      // HELLO would repeat the password in the error of a server that does not know it.
      protocol: 2,
      disableClientInfo: true,
    });
}

/** ioredis' own connector keeps the process alive, and waits two seconds for a frozen server to take its leave. */
function unrefConnector({ host, port, tls }: RedisEndpoint): new () => unknown {
  return class UnrefConnector {
    /** ioredis reports it when the socket fails before it is listened to. */
    firstError: Error | undefined;
    #socket: Socket | undefined;

    async connect(): Promise<Socket> {
      // Node does not send the name of the host by itself; servers that share an address choose by it.
      const socket = tls
        ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) })
        : connectTcp({ host, port });
      this.#socket = socket.unref();
      socket.once("error", (error) => {
        this.firstError = error;
      });
      return socket;
    }

    check(): boolean {
      return true;
    }

    disconnect(): void {
      this.#socket?.destroy();
    }
  };
}
