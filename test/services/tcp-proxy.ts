import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A TCP proxy in front of a server that can be made slow, silent or broken. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** The target's URL with the proxy's host and port in it. */
  readonly url: string;
  /** Accepts connections and forwards nothing in either direction; what arrives is held back. */
  stall(): void;
  /** Ends a stall: what was held back goes on its way, in order. */
  resume(): void;
  /** Cuts every open connection; new ones are accepted. */
  dropAll(): void;
  /** Every byte arrives `ms` milliseconds late in each direction, from now on. 0 ends it. */
  delay(ms: number): void;
  /** Cuts everything and stops listening: further connections are refused. Idempotent. */
  close(): Promise<void>;
}

/** Starts a proxy on a free loopback port for the server at `target`, a URL with a port such as `redis://127.0.0.1:6379`. */
export async function startTcpProxy(options: { readonly target: string | URL }): Promise<TcpProxy> {
  const target = new URL(options.target);
  const link = { delayMs: 0, open: Promise.withResolvers<void>(), stalled: false };
  link.open.resolve();
  const sockets = new Set<Socket>();

  const adopt = (socket: Socket, peer: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    if (link.stalled) socket.pause();
    let tail = Promise.resolve();
    const inOrder = (forward: () => void): void => {
      const due = performance.now() + link.delayMs;
      tail = tail.then(async () => {
        const wait = due - performance.now();
        if (wait > 0) await sleep(wait);
        await link.open.promise;
        forward();
      });
    };
    socket.on("data", (chunk) => inOrder(() => void (peer.destroyed || peer.write(chunk))));
    socket.on("end", () => inOrder(() => void peer.end()));
    socket.on("error", () => peer.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      inOrder(() => void peer.destroy());
    });
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port), allowHalfOpen: true });
    adopt(client, upstream);
    adopt(upstream, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const dropAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const resume = (): void => {
    link.stalled = false;
    link.open.resolve();
    for (const socket of sockets) socket.resume();
  };
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    resume();
    dropAll();
    await closed;
  };
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return {
    port,
    url: url.href,
    stall() {
      if (link.stalled) return;
      link.stalled = true;
      link.open = Promise.withResolvers<void>();
      for (const socket of sockets) socket.pause();
    },
    resume,
    dropAll,
    delay(ms) {
      link.delayMs = ms;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
