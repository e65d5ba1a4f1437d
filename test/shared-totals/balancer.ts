import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** One name for several replicas. */
export interface Balancer extends AsyncDisposable {
  /** Host and port. */
  readonly address: string;
}

/** Who says nothing for so long is not waited for alone. */
const PATIENCE_MS = 250;

/**
 * Starts one that asks a replica, another each time; where that fails or is slow it asks the next as well, as a balancer does that knows who is
 * healthy. Whoever answers with a page first is right.
 */
export async function startBalancer(replicas: readonly string[]): Promise<Balancer> {
  let turn = 0;
  const server = createServer(async ({ url = "/", headers }, response) => {
    turn += 1;
    const inTurn = replicas.map((_, index) => replicas[(turn + index) % replicas.length] as string);
    const given = new AbortController();
    response.once("close", () => given.abort());
    const asked: Promise<string>[] = [];
    for (const address of inTurn) {
      const before = asked.at(-1) ?? Promise.reject(new Error("nobody was asked before"));
      asked.push(failedOrSlow(before, PATIENCE_MS).then(() => page(`http://${address}${url}`, headers, given.signal)));
    }
    try {
      response.setHeader("content-type", "text/plain; version=0.0.4").end(await Promise.any(asked));
    } catch {
      response.writeHead(503).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function page(url: string, headers: IncomingHttpHeaders, signal: AbortSignal): Promise<string> {
  const timeout = String(headers["x-prometheus-scrape-timeout-seconds"] ?? 10);
  const response = await fetch(url, { signal, headers: { "x-prometheus-scrape-timeout-seconds": timeout } });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  return response.text();
}

async function failedOrSlow(asked: Promise<string>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  asked.catch(() => resolve());
  await promise;
  clearTimeout(timer);
}
