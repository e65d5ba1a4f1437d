import type { QueueReadFailure, TotalReading } from "@taskvitals/core";
import type { CounterSpecification } from "../counter-specification.ts";
import type { RedisReply } from "../redis-reply.ts";
import type { Exchange } from "./exchange.ts";

/** What became of the counters that live in the broker. */
export interface TotalsOutcome {
  readonly totals: readonly TotalReading[];
  readonly failures: readonly QueueReadFailure[];
}

/**
 * Reads counters that workers keep in Redis. A key that is not there is a counter that was never raised, and so 0, as soon as another
 * counter of the same task and queue is there; else nobody knows whether it is the right key.
 */
export async function readTotals(
  counters: readonly CounterSpecification[],
  exchange: Exchange,
): Promise<TotalsOutcome> {
  if (counters.length === 0) return { totals: [], failures: [] };
  const replies = await exchange(counters.map(({ key }) => ["get", key]));
  const found = counters.map((counter, index) => ({ counter, value: valueIn(replies[index]) }));
  const seen = new Set(found.filter(({ value }) => typeof value === "number").map(({ counter }) => pairOf(counter)));
  const totals: TotalReading[] = [];
  const failures: QueueReadFailure[] = [];
  for (const { counter: specification, value } of found) {
    const { counter, key, task, queue } = specification;
    if (typeof value === "number") totals.push({ counter, task, queue, value });
    else if (value !== "missing") failures.push({ ...value, queue });
    else if (seen.has(pairOf(specification))) totals.push({ counter, task, queue, value: 0 });
    else {
      const detail = `the counter ${JSON.stringify(key)} is not there, nor any other of its task and queue`;
      failures.push({ ok: false, queue, reason: "key_missing", detail });
    }
  }
  return { totals, failures };
}

function pairOf({ task, queue }: CounterSpecification): string {
  return JSON.stringify([task, queue]);
}

function valueIn(reply: RedisReply | undefined): number | "missing" | Omit<QueueReadFailure, "queue"> {
  if (reply === undefined) return { ok: false, reason: "error", detail: "no reply" };
  if (!reply.ok) return { ok: false, reason: reply.reason, detail: reply.detail };
  if (reply.value === null) return "missing";
  const value = Number(reply.value);
  if (/^\d+$/.test(String(reply.value)) && Number.isSafeInteger(value)) return value;
  return { ok: false, reason: "error", detail: "the value of the key is not a whole number of at least 0" };
}
