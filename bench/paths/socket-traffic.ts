import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** What went over the TCP connections of this process, in both directions, without the headers of TCP and IP. */
export interface SocketTraffic {
  /** Bytes so far. */
  bytes(): number;
  /** HTTP exchanges that ended with a status below 300 so far, as client or as server. */
  exchanges(): number;
  /** HTTP exchanges that ended otherwise, or not at all. */
  failures(): number;
}

/** Counts from now on. Connections whose own port is `ignoredPort()` are left out: those of whoever asks for the figures. */
export function countTraffic(ignoredPort: () => number | undefined): SocketTraffic {
  const open = new Set<Socket>();
  let [closedBytes, exchanges, failures] = [0, 0, 0];
  const isIgnored = (socket: Socket): boolean => socket.localPort === ignoredPort();
  const watch = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    // The port is forgotten by the time a connection has closed.
    let ignored = false;
    socket.once("end", () => {
      ignored = isIgnored(socket);
    });
    open.add(socket);
    socket.once("close", () => {
      open.delete(socket);
      if (!ignored) closedBytes += socket.bytesRead + socket.bytesWritten;
    });
  };
  subscribe("net.client.socket", watch);
  subscribe("net.server.socket", watch);
  const judge = (status: number): void => {
    if (status < 300) exchanges += 1;
    else failures += 1;
  };
  subscribe("http.client.response.finish", (message) => {
    judge((message as { response: { statusCode: number } }).response.statusCode);
  });
  subscribe("http.client.request.error", () => {
    failures += 1;
  });
  subscribe("http.server.response.finish", (message) => {
    const { response, socket } = message as { response: { statusCode: number }; socket: Socket };
    if (!isIgnored(socket)) judge(response.statusCode);
  });
  return {
    bytes: () => {
      let bytes = closedBytes;
      for (const socket of open) if (!isIgnored(socket)) bytes += socket.bytesRead + socket.bytesWritten;
      return bytes;
    },
    exchanges: () => exchanges,
    failures: () => failures,
  };
}
