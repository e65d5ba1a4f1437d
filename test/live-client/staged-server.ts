import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LIVE_PATHS, type LiveChange, type LiveHistory, type LiveState, liveDocument } from "@taskvitals/live";

/** The page and answers of a test's own. */
export class StagedServer implements AsyncDisposable {
  /** What is true now. */
  state: LiveState;
  /** The curves of everything. */
  history: LiveHistory = { at: [], curves: {} };
  /** How streams are answered: `open`, `full` (503), or not at all. */
  streams: "open" | "full" = "open";
  /** Whether every connection is cut. */
  isAway = false;
  /** Paths that were asked for, with their queries. */
  readonly asked: string[] = [];
  /** Streams that are open. */
  readonly open = new Set<ServerResponse>();
  readonly #server = createServer((request, response) => this.#answer(request, response));

  private constructor(state: LiveState) {
    this.state = state;
  }

  /** Listens on a free port of the loopback. */
  static async start(state: LiveState): Promise<StagedServer> {
    const server = new StagedServer(state);
    await new Promise<void>((resolve, reject) => {
      server.#server.once("error", reject).listen(0, "127.0.0.1", resolve);
    });
    return server;
  }

  /** Where the page is. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** Sends the state, or a change, to every open stream. */
  tell(event: "state" | "change", what: LiveState | LiveChange = this.state): void {
    for (const stream of this.open) stream.write(`event: ${event}\ndata: ${JSON.stringify(what)}\n\n`);
  }

  /** Is there no more, or there again. */
  away(isAway: boolean): void {
    this.isAway = isAway;
    if (isAway) for (const stream of this.open) stream.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, search } = new URL(request.url ?? "/", this.url);
    this.asked.push(pathname + search);
    if (this.isAway) request.socket.destroy();
    else if (pathname === LIVE_PATHS.document) {
      const policy = liveDocument.contentSecurityPolicy;
      send(response, "text/html", liveDocument.html, { "content-security-policy": policy });
    } else if (pathname === LIVE_PATHS.state) send(response, "application/json", JSON.stringify(this.state));
    else if (pathname === LIVE_PATHS.history) send(response, "application/json", JSON.stringify(this.history));
    else if (pathname === LIVE_PATHS.events) this.#stream(response);
    else response.writeHead(404).end();
  }

  #stream(response: ServerResponse): void {
    if (this.streams === "full") {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`event: state\ndata: ${JSON.stringify(this.state)}\n\n`);
    this.open.add(response);
    response.on("close", () => this.open.delete(response));
  }
}

function send(response: ServerResponse, type: string, body: string, headers: Record<string, string> = {}): void {
  response
    .writeHead(200, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store", ...headers })
    .end(body);
}
