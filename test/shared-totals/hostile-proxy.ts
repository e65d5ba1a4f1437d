import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A proxy that cuts connections at the worst moments. */
export interface HostileProxy extends AsyncDisposable {
  readonly url: string;
  /**
   * From now on so many of the server's replies, as a share from 0 to 1, are lost together with their connection: the server has done what it was asked,
   * and nobody is told.
   */
  loseReplies(share: number): void;
  /** From now on every connection is cut and refused, until `accept`. */
  refuse(): void;
  /** Ends `refuse`. */
  accept(): void;
}

/** Starts one in front of a server on loopback; `random` gives numbers from 0 to 1. */
export async function startHostileProxy(port: number, random: () => number): Promise<HostileProxy> {
  const sockets = new Set<Socket>();
  let lost = 0;
  let isRefusing = false;
  const server = createServer((client) => {
    if (isRefusing) {
      client.destroy();
      return;
    }
    const upstream = connect({ host: "127.0.0.1", port }).setNoDelay(true);
    client.setNoDelay(true);
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
      if (random() < lost) client.destroy();
      else client.write(chunk);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseReplies: (share) => {
      lost = share;
    },
    refuse: () => {
      isRefusing = true;
      cutAll();
    },
    accept: () => {
      isRefusing = false;
    },
    async [Symbol.asyncDispose]() {
      cutAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
