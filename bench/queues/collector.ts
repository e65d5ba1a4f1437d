import { fileURLToPath } from "node:url";
import { startProcess } from "../../test/services/index.ts";
import type { CollectionCost } from "./collector-server.ts";

/** After this many milliseconds a page needs a new reading: one serves the pages of the second after it began. */
export const SHARED_MS = 1100;

/** A process that reads queues. */
export interface Collector extends AsyncDisposable {
  /** One reading of the broker. */
  readonly read: () => Promise<CollectionCost>;
  /** One page through the SDK. */
  readonly page: () => Promise<CollectionCost>;
  /** Where the page is served. */
  readonly metricsUrl: string;
}

/** What a process reads, and through what: a connection of our own, or a client of the application's. */
export interface CollectorOptions {
  readonly redisUrl: string;
  readonly through: "url" | "client";
  readonly kind: "mixed" | "lists";
  readonly queues: number;
}

/** Starts a process that reads queues. */
export async function startCollector({ redisUrl, through, kind, queues }: CollectorOptions): Promise<Collector> {
  const script = fileURLToPath(new URL("collector-server.ts", import.meta.url));
  const args = [script, redisUrl, through, kind, String(queues)];
  const child = await startProcess({ command: process.execPath, args, readyWhen: /^port \d+$/m });
  const url = `http://127.0.0.1:${/^port (\d+)$/m.exec(child.output())?.[1]}`;
  const ask = async (path: string): Promise<CollectionCost> => {
    const response = await fetch(`${url}${path}`);
    if (!response.ok) throw new Error(`${path} of ${queues} queues failed: ${await response.text()}`);
    return (await response.json()) as CollectionCost;
  };
  return {
    read: () => ask("/read"),
    page: () => ask("/page"),
    metricsUrl: `${url}/metrics`,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
