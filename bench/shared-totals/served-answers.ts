import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** What a server process answers: a path to work whose result is sent as JSON, or to a handler of requests. */
export interface ServedAnswers {
  readonly work: Readonly<Record<string, (parameters: URLSearchParams) => Promise<object>>>;
  readonly pages?: Readonly<Record<string, RequestListener>>;
  /** Called at SIGTERM. */
  readonly end: () => Promise<unknown>;
}

/** Serves them on a free port, which is said on standard output, until SIGTERM. */
export function serveAnswers({ work, pages = {}, end }: ServedAnswers): void {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const page = pages[pathname];
    if (page !== undefined) return page(request, response);
    const answer = work[pathname];
    if (answer === undefined) return void response.writeHead(404).end();
    answer(searchParams).then(
      (result) => response.end(JSON.stringify(result)),
      (error: unknown) => response.writeHead(500).end(String(error instanceof Error ? error.stack : error)),
    );
  });
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1", () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`));
  process.once("SIGTERM", () => {
    server.closeAllConnections();
    server.close();
    void end();
  });
}
