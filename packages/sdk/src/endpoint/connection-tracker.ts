import type { Server } from "node:http";
import type { Socket } from "node:net";

/** Requests one connection may have open at once. Scrapers send one at a time; the rest is a flood. */
export const MAX_REQUESTS_IN_FLIGHT = 32;

/** The open connections of a server, and which of them wait for an answer. */
export interface ConnectionTracker {
  /** Counts a request in; `false` when its connection has too many open. */
  begin(socket: Socket): boolean;
  /** Counts a request out. */
  end(socket: Socket): void;
  /** Destroys the connections that wait for no answer: idle ones, silent ones, half-sent requests. */
  destroyIdle(): void;
  /** Destroys every connection, in the middle of a TLS handshake too. */
  destroyAll(): void;
}

/** Tracks the connections of `server`, and keeps each from keeping the process alive. */
export function trackConnections(server: Server, secure: boolean): ConnectionTracker {
  const open = new Set<Socket>();
  const inFlight = new Map<Socket, number>();
  server.on("connection", (socket: Socket) => {
    socket.unref();
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  // Under TLS a request comes with another socket object than its connection did.
  server.on(secure ? "secureConnection" : "connection", (socket: Socket) => {
    inFlight.set(socket, 0);
    socket.once("close", () => inFlight.delete(socket));
  });
  const destroy = (socket: Socket): void => {
    socket.destroy();
  };
  return {
    begin(socket) {
      const count = (inFlight.get(socket) ?? 0) + 1;
      if (inFlight.has(socket)) inFlight.set(socket, count);
      return count <= MAX_REQUESTS_IN_FLIGHT;
    },
    end(socket) {
      const count = inFlight.get(socket);
      if (count !== undefined) inFlight.set(socket, count - 1);
    },
    destroyIdle() {
      for (const [socket, count] of inFlight) if (count === 0) destroy(socket);
    },
    destroyAll() {
      for (const socket of inFlight.keys()) destroy(socket);
      for (const socket of open) destroy(socket);
    },
  };
}
