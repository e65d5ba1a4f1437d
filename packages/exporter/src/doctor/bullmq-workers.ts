import { Cluster, type Redis } from "ioredis";
import type { ConnectionSettings } from "../brokers/connection-settings.ts";
import { endClient, type OwnedClient, openClient } from "../brokers/redis-client.ts";

/** A queue of BullMQ, as its workers' connections are named. */
export interface BullmqQueueName {
  readonly prefix: string;
  readonly name: string;
}

/** How many workers each queue has, or in words why that is not known. */
export type ListedWorkers = { readonly workersOf: (queue: BullmqQueueName) => number } | { readonly failure: string };

/** Longest wait for the connection and for the answer, in milliseconds. */
const PATIENCE_MS = 3000;
/** Most connections of a server whose list is asked for: making it holds up the server for about 2.5 µs per connection, which is to be 5 ms at most. */
const MAX_CLIENTS = 2000;
/** How connections of ours are called; see `openClient`. */
const OWN_NAME = "taskvitals";

/**
 * Counts the workers of BullMQ's queues, as BullMQ's own `getWorkers()` does: by the names of connections in `CLIENT LIST`. The list is asked for once.
 * Never rejects.
 */
export async function listBullmqWorkers(settings: ConnectionSettings, signal: AbortSignal): Promise<ListedWorkers> {
  const client = openClient(settings, () => {});
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    return await Promise.race([namesOf(client), ended(deadline)]);
  } catch (error) {
    return { failure: refusal(error) };
  } finally {
    endClient(client);
  }
}

/** How BullMQ 5 and 6 name the connection of a worker: this, or this with `:w:` and a name of its own. */
export function workerConnectionName({ name, prefix }: BullmqQueueName): string {
  return `${prefix}:${Buffer.from(name).toString("base64")}`;
}

/** Counts the names of connections that are workers', by what {@link workerConnectionName} says. */
export function countWorkers(list: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of connectionNames(list)) {
    const [base = ""] = name.split(":w:", 1);
    counts.set(base, (counts.get(base) ?? 0) + 1);
  }
  return counts;
}

async function namesOf(client: OwnedClient): Promise<ListedWorkers> {
  await ready(client);
  const nodes: readonly Redis[] = client instanceof Cluster ? client.nodes("master") : [client];
  const lists: string[] = [];
  for (const node of nodes) {
    const clients = Number(/^connected_clients:(\d+)/m.exec(await node.info("clients"))?.[1] ?? 0);
    if (clients > MAX_CLIENTS) {
      return {
        failure: `the server has ${clients} connections; the list of more than ${MAX_CLIENTS} would hold it up`,
      };
    }
    lists.push(String(await node.call("CLIENT", "LIST")));
  }
  const counts = countWorkers(lists.join("\n"));
  // Where names are not kept, no worker can be told from no name.
  if (!counts.has(OWN_NAME)) return { failure: "the server keeps no names of connections" };
  return { workersOf: (queue) => counts.get(workerConnectionName(queue)) ?? 0 };
}

function connectionNames(list: string): readonly string[] {
  return list.split(/\r?\n/).flatMap((line) => / name=(\S*)/.exec(line)?.[1] ?? []);
}

async function ready(client: OwnedClient): Promise<void> {
  if (client.status === "ready") return;
  await new Promise<void>((resolve) => client.once("ready", () => resolve()));
}

function ended(signal: AbortSignal): Promise<ListedWorkers> {
  const answer = { failure: `the server did not list its connections within ${PATIENCE_MS / 1000} s` };
  return new Promise((resolve) => {
    if (signal.aborted) resolve(answer);
    else signal.addEventListener("abort", () => resolve(answer), { once: true });
  });
}

/** The kind of a refusal; what the server says may repeat what it was sent. */
function refusal(error: unknown): string {
  const word = /^[A-Z]{3,20}\b/.exec((error as Error).message)?.[0];
  return `the server refuses to list its connections (${word ?? "unknown reason"})`;
}
