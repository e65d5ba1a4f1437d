import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { connectionFailure, replyFailure } from "../redis-reply.ts";
import type { CeleryNames } from "./channels.ts";
import { openEnvelope, sealEnvelope, ticketOf } from "./envelope.ts";
import type { EventClient } from "./event-client.ts";

/** What a worker answered about itself. */
export interface WorkerAnswer {
  /** Queues that it takes from. */
  readonly queues?: readonly string[];
  /** Tasks that it can run at once. */
  readonly slots?: number;
}

/** What became of a question to all workers. */
export interface InspectionResult {
  /** Answers by name of the worker. */
  readonly answers: ReadonlyMap<string, WorkerAnswer>;
  /** Why nobody could be asked, in one line. */
  readonly failure: string | undefined;
}

const POLL_MS = 50;
const REPLIES_PER_POLL = 100;

/**
 * Asks all workers for `active_queues` and `stats` as `celery inspect` does (`kombu/pidbox.py`): publishes two requests, takes the replies
 * from a list of its own, and removes that list and its entry.
 *
 * @param expected - how many workers are known: with all their answers there, nobody else is waited for
 */
export async function inspectWorkers(
  open: () => EventClient,
  names: CeleryNames,
  options: { readonly timeoutMs: number; readonly expected: () => number; readonly nowSeconds: () => number },
): Promise<InspectionResult> {
  const answers = new Map<string, WorkerAnswer>();
  const client = open();
  try {
    await ready(client, options.timeoutMs);
    const asker = randomUUID();
    try {
      await ask(client, names, asker, options, answers);
    } finally {
      const left = [
        ["srem", names.replyBindings, names.replyBinding(asker)],
        ["del", names.replyList(asker)],
      ];
      await execute(client, left);
    }
    return { answers, failure: undefined };
  } catch (error) {
    return { answers, failure: (error as Error).message };
  } finally {
    client.disconnect();
  }
}

async function ask(
  client: EventClient,
  names: CeleryNames,
  asker: string,
  { timeoutMs, expected, nowSeconds }: Parameters<typeof inspectWorkers>[2],
  answers: Map<string, WorkerAnswer>,
): Promise<void> {
  const tickets = { active_queues: randomUUID(), stats: randomUUID() };
  const request = (method: keyof typeof tickets): unknown[] => {
    const body = {
      ...{ method, arguments: {}, destination: null, pattern: null, matcher: null, ticket: tickets[method] },
      reply_to: { exchange: names.replyExchange, routing_key: asker },
    };
    const headers = { clock: 1, expires: nowSeconds() + timeoutMs / 1000 };
    return ["publish", names.controlChannel, sealEnvelope(body, names.controlExchange, headers, randomUUID())];
  };
  await execute(client, [
    ["sadd", names.replyBindings, names.replyBinding(asker)],
    request("active_queues"),
    request("stats"),
  ]);
  const takes = Array.from({ length: REPLIES_PER_POLL }, () => ["rpop", names.replyList(asker)]);
  const endsAt = performance.now() + timeoutMs;
  while (performance.now() < endsAt && !isComplete(answers, expected())) {
    await wait(POLL_MS, undefined, { ref: false });
    for (const reply of await execute(client, takes)) {
      if (typeof reply !== "string") break;
      takeReply(reply, tickets, answers);
    }
  }
}

function isComplete(answers: ReadonlyMap<string, WorkerAnswer>, expected: number): boolean {
  const complete = [...answers.values()].filter(({ queues, slots }) => queues !== undefined && slots !== undefined);
  return expected > 0 && complete.length >= expected;
}

function takeReply(
  message: string,
  tickets: { readonly active_queues: string; readonly stats: string },
  answers: Map<string, WorkerAnswer>,
): void {
  const ticket = ticketOf(message);
  const opened = openEnvelope(message);
  if (!opened.ok || typeof opened.body !== "object" || opened.body === null) return;
  for (const [node, said] of Object.entries(opened.body)) {
    const queues = ticket === tickets.active_queues && Array.isArray(said) ? queueNames(said) : undefined;
    const slots = ticket === tickets.stats ? poolSize(said) : undefined;
    answers.set(node, {
      ...answers.get(node),
      ...(queues !== undefined && { queues }),
      ...(slots !== undefined && { slots }),
    });
  }
}

function queueNames(said: readonly unknown[]): readonly string[] {
  return said.flatMap((queue) => {
    const name = (queue as { name?: unknown } | null)?.name;
    return typeof name === "string" && name !== "" ? [name] : [];
  });
}

function poolSize(said: unknown): number | undefined {
  const slots = (said as { pool?: Record<string, unknown> } | null)?.pool?.["max-concurrency"];
  return Number.isSafeInteger(slots) && Number(slots) >= 0 ? Number(slots) : undefined;
}

async function execute(client: EventClient, commands: unknown[][]): Promise<readonly unknown[]> {
  const results = (await client.pipeline(commands).exec()) ?? [];
  return results.map(([error, value]) => {
    if (error !== null) throw new Error(replyFailure(error).detail);
    return value;
  });
}

function ready(client: EventClient, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(why));
    const timer = setTimeout(() => fail("no connection to the server in time"), timeoutMs).unref();
    client.on("error", (error: Error) => fail(connectionFailure(error).detail));
    client.on("end", () => fail("the connection was closed"));
    client.on("ready", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
