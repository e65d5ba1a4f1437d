import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { onTestFinished, vi } from "vitest";

/** A client that speaks bytes, to misbehave with. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything received so far. */
  received(): string;
  send(text: string): void;
  /** Resolves when what was received matches; fails after 20 s. */
  sees(pattern: RegExp): Promise<void>;
  /** Resolves to the milliseconds since the connection was made, when the server has ended it; fails after 20 s. */
  isCutOff(): Promise<number>;
}

/** Connects; the connection is destroyed when the test ends. */
export async function connectRaw(port: number, host = "127.0.0.1"): Promise<RawClient> {
  const socket = connect({ port, host, allowHalfOpen: true });
  let received = "";
  let endedAt: number | undefined;
  const ended = (): void => {
    endedAt ??= performance.now();
  };
  socket.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
  });
  // A reset is an end like any other here.
  socket.on("error", ended);
  socket.on("end", ended);
  socket.on("close", ended);
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, "connect");
  const connectedAt = performance.now();
  return {
    socket,
    received: () => received,
    send: (text) => {
      socket.write(text);
    },
    sees: (pattern) =>
      vi.waitFor(
        () => {
          if (!pattern.test(received)) throw new Error(`${pattern} not in ${JSON.stringify(received.slice(0, 500))}`);
        },
        { timeout: 20_000, interval: 10 },
      ),
    isCutOff: async () => {
      await vi.waitFor(
        () => {
          if (endedAt === undefined) throw new Error("the connection is still open");
        },
        { timeout: 20_000, interval: 10 },
      );
      return (endedAt ?? 0) - connectedAt;
    },
  };
}
