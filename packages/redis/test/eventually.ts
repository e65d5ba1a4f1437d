import { expect } from "vitest";

/** Asserts about a value that is asked for until it is as expected, for at most 30 seconds. Await it. */
export function eventually<T>(value: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(value, { timeout: 30_000, interval: 20 });
}
