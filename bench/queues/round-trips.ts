import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A proxy that counts how often a client has to wait for the server. */
export interface RoundTripCounter extends AsyncDisposable {
  readonly url: string;
  /** Round trips since the last call, of all connections together. */
  take(): number;
}

/** For how long a client has to be silent before it is taken to wait for replies. */
const SILENCE_MS = 100;

/**
 * Starts a counter in front of the server. Replies are held back until the client has nothing more to say, however long it takes to say it:
 * what it then sends next is what it could not say before it knew them.
 */
export async function countRoundTrips(port: number): Promise<RoundTripCounter> {
  const sockets = new Set<Socket>();
  let trips = 0;
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    let held: Buffer[] = [];
    let silence: NodeJS.Timeout | undefined;
    const release = (): void => {
      trips += 1;
      silence = undefined;
      for (const chunk of held) client.write(chunk);
      held = [];
    };
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
    client.on("data", (chunk) => {
      clearTimeout(silence);
      silence = setTimeout(release, SILENCE_MS);
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (silence === undefined) client.write(chunk);
      else held.push(chunk);
    });
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
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
