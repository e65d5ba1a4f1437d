import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A proxy that counts how often a client spoke after the server had answered, and how much the server said. */
export interface RoundTripCounter extends AsyncDisposable {
  readonly url: string;
  /** Round trips since the last call. */
  take(): number;
  /** Bytes that the server has sent since the last call. */
  takeBytes(): number;
}

/** Starts a counter in front of the server on a loopback port. */
export async function countRoundTrips(port: number): Promise<RoundTripCounter> {
  const sockets = new Set<Socket>();
  let trips = 0;
  let bytes = 0;
  let speaker: Socket | undefined;
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
      from.on("data", (chunk) => {
        if (from === client && speaker !== client) trips += 1;
        if (from === upstream) bytes += chunk.length;
        speaker = from;
        to.write(chunk);
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = trips;
      trips = 0;
      return taken;
    },
    takeBytes() {
      const taken = bytes;
      bytes = 0;
      return taken;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
