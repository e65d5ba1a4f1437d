import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A proxy that can cut a connection at the worst moment: when the server has done what it was asked, and says so. */
export interface ReplyCutter extends AsyncDisposable {
  readonly url: string;
  /** From now on the next reply on each connection is lost together with the connection, so many times in all. */
  cut(times: number): void;
  /** Replies that are still to be lost. */
  readonly left: number;
}

/** Starts one in front of a server on loopback. */
export async function startReplyCutter(port: number): Promise<ReplyCutter> {
  const sockets = new Set<Socket>();
  let left = 0;
  const server = createServer((client) => {
    const upstream = connect({ host: "127.0.0.1", port });
    for (const [socket, peer] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => peer.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        peer.destroy();
      });
    }
    client.on("data", (chunk) => void upstream.write(chunk));
    upstream.on("data", (chunk) => {
      if (left > 0) {
        left -= 1;
        client.destroy();
      } else client.write(chunk);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (times) => {
      left = times;
    },
    get left() {
      return left;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
