import { setTimeout as sleep } from "node:timers/promises";

/** How long and how often {@link waitUntil} looks. */
export interface WaitOptions {
  /** Names what is waited for; part of the error message. */
  readonly what: string;
  /** Milliseconds until the wait fails. Default 20 000. */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks. Default 25. */
  readonly intervalMs?: number;
}

type Falsy = false | null | undefined | 0 | "";

/**
 * Polls `check` until it returns something truthy, and returns that.
 *
 * A check that throws or rejects counts as "not yet"; its last error is the cause of the timeout. A check that hangs
 * is abandoned at the deadline.
 *
 * @throws Error after `timeoutMs`, naming what was waited for and the last failure.
 */
export async function waitUntil<T>(check: () => T | Promise<T>, options: WaitOptions): Promise<Exclude<T, Falsy>> {
  const { what, timeoutMs = 20_000, intervalMs = 25 } = options;
  const deadline = performance.now() + timeoutMs;
  const expired = Symbol("expired");
  let last: unknown;
  for (;;) {
    const stop = new AbortController();
    try {
      const remaining = Math.max(0, deadline - performance.now());
      const limit = sleep(remaining, expired, { signal: stop.signal });
      limit.catch(() => {});
      const result = await Promise.race([check(), limit]);
      if (result === expired) {
        last ??= new Error("the check did not answer");
      } else if (result) {
        return result as Exclude<T, Falsy>;
      } else {
        last = undefined;
      }
    } catch (error) {
      last = error;
    } finally {
      stop.abort();
    }
    if (performance.now() >= deadline) {
      const reason = last instanceof Error ? `: ${last.message}` : "";
      throw new Error(`Timed out after ${timeoutMs} ms waiting for ${what}${reason}`, { cause: last });
    }
    await sleep(intervalMs);
  }
}
