import { connectionFailure, type RedisFailure } from "./redis-reply.ts";

/** What taskvitals uses of a client to learn of its errors. */
interface Emitter {
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  listenerCount(event: "error"): number;
}

/** The last error of a caller's client: it says more than that there is no connection. */
export class LastError {
  readonly #client: Emitter;
  #error: Error | undefined;
  #listening = false;

  /** Listens to nothing yet. */
  constructor(client: Emitter) {
    this.#client = client;
  }

  /** Without an error listener ioredis prints errors; one of ours must not be the reason that it stops. */
  listen(): void {
    if (this.#listening || this.#client.listenerCount("error") === 0) return;
    this.#client.on("error", this.#keep);
    this.#listening = true;
  }

  /** There is a connection; what was before is over. */
  forget(): void {
    this.#error = undefined;
  }

  /** Why there is no connection, as far as the client has said. */
  explain(obstacle: RedisFailure): RedisFailure {
    return obstacle.reason === "refused" && this.#error ? connectionFailure(this.#error) : obstacle;
  }

  /** Takes the listener off the client. */
  close(): void {
    if (this.#listening) this.#client.removeListener("error", this.#keep);
    this.#listening = false;
  }

  readonly #keep = (error: Error & { readonly lastNodeError?: Error | undefined }): void => {
    // A Cluster says that all of its nodes failed, and keeps the reason of one beside it.
    this.#error = error.lastNodeError ?? error;
  };
}
