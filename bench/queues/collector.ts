import { fileURLToPath } from "node:url";
import { startProcess } from "../../test/services/index.ts";
import type { CollectionCost } from "./collector-server.ts";

/** A process that reads queues. */
export interface Collector extends AsyncDisposable {
  /** One reading of the broker. */
  read(): Promise<CollectionCost>;
  /** One page through the SDK; anew only a second after the last. */
  page(): Promise<CollectionCost>;
  /** Where the page is served. */
  readonly metricsUrl: string;
}

/** Starts a process for as many queues of the server behind the URL. */
export async function startCollector(redisUrl: string, kind: "mixed" | "lists", queues: number): Promise<Collector> {
  const script = fileURLToPath(new URL("collector-server.ts", import.meta.url));
  const args = [script, redisUrl, kind, String(queues)];
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
