import { TaskVitalsError } from "@taskvitals/core";
import { expect, test } from "vitest";
import {
  createPageCollector,
  MAX_HANGING_COLLECTIONS,
  type PageCollector,
  type PageSource,
} from "../../src/endpoint/page-collector.ts";
import { PageUnavailable } from "../../src/endpoint/page-unavailable.ts";
import { holdPages } from "./open-endpoint.ts";

interface Observed {
  readonly collector: PageCollector;
  readonly errors: readonly [string, unknown][];
}

function observe(collectPage: PageSource, collectTimeoutMs?: number): Observed {
  const errors: [string, unknown][] = [];
  const onError = (operation: string, error: unknown): void => void errors.push([operation, error]);
  return { collector: createPageCollector({ collectPage, collectTimeoutMs, onError }), errors };
}

test("those who ask while a collection runs share it and its page", async () => {
  const held = holdPages();
  const { collector } = observe(held.source);
  const pages = Promise.all([collector.page(), collector.page(), collector.page()]);
  held.release(0, "a 1\n");
  const [first, second, third] = await pages;
  expect(held.started()).toBe(1);
  expect(String(await first?.plain())).toBe("a 1\n");
  expect(second).toBe(first);
  expect(third).toBe(first);
});

test("a finished collection is not served again", async () => {
  let count = 0;
  const { collector } = observe(async () => `a ${++count}\n`);
  expect(String(await (await collector.page()).plain())).toBe("a 1\n");
  expect(String(await (await collector.page()).plain())).toBe("a 2\n");
});

test("a failure reaches all who wait, is reported once, and shows no foreign message", async () => {
  const failure = Object.assign(new Error("connect redis://user:hunter2@db"), { code: "ECONNREFUSED" });
  const { collector, errors } = observe(() => Promise.reject(failure));
  const outcomes = await Promise.allSettled([collector.page(), collector.page()]);
  for (const outcome of outcomes) {
    expect(outcome).toEqual({
      status: "rejected",
      reason: new PageUnavailable("the collection failed: Error ECONNREFUSED"),
    });
  }
  expect(errors).toEqual([["collect", failure]]);
});

test.each([
  [
    "an error of taskvitals by its message",
    new TaskVitalsError("INVALID_OPTION", "a: got 1; expected 2."),
    "a: got 1; expected 2.",
  ],
  ["an error class by its name", new RangeError("secret"), "RangeError"],
  ["a name that is no word as Error", Object.assign(new Error("x"), { name: "a b" }), "Error"],
  ["a thrown string as unknown", "secret", "unknown error"],
])("shows %s", async (_, thrown, shown) => {
  const { collector } = observe(() => Promise.reject(thrown));
  await expect(collector.page()).rejects.toThrow(new PageUnavailable(`the collection failed: ${shown}`));
});

test("a source that throws synchronously, or returns no text, fails its collection alone", async () => {
  const sources: PageSource[] = [
    () => {
      throw new TypeError("at once");
    },
    async () => 42 as unknown as string,
    async () => "a 1\n",
  ];
  const { collector, errors } = observe((options) => (sources.shift() as PageSource)(options));
  await expect(collector.page()).rejects.toThrow("the collection failed: TypeError");
  await expect(collector.page()).rejects.toThrow("the collection failed: TypeError");
  expect(String(await (await collector.page()).plain())).toBe("a 1\n");
  expect(errors).toHaveLength(2);
});

test("a listener that throws changes nothing", async () => {
  const collector = createPageCollector({
    collectPage: () => Promise.reject(new Error("x")),
    onError: () => {
      throw new Error("listener");
    },
  });
  await expect(collector.page()).rejects.toThrow("the collection failed: Error");
});

test("the source gets nine tenths of the limit, so that a partial page can still come out", async () => {
  const told: number[] = [];
  const source: PageSource = async ({ timeoutMs }) => {
    told.push(timeoutMs);
    return "";
  };
  await observe(source).collector.page();
  await observe(source, 50).collector.page();
  expect(told).toEqual([9000, 45]);
});

test("a hung collection fails at its limit, is told so, and makes room for the next", async () => {
  const held = holdPages();
  const { collector, errors } = observe(held.source, 30);
  const limit = new PageUnavailable("the collection exceeded its limit of 30 ms");
  await expect(collector.page()).rejects.toThrow(limit);
  expect(held.signal(0).aborted).toBe(true);
  expect(errors).toEqual([["collect", limit]]);
  const next = collector.page();
  expect(held.started()).toBe(2);
  held.release(0, "late 1\n");
  held.release(1, "a 1\n");
  expect(String(await (await next).plain())).toBe("a 1\n");
  expect(held.signal(1).aborted).toBe(false);
});

test("a collection that ends late neither reports again nor pushes out the one in flight", async () => {
  const held = holdPages();
  const { collector, errors } = observe(held.source, 500);
  await expect(collector.page()).rejects.toThrow("limit");
  const next = collector.page();
  held.fail(0, new Error("late"));
  await new Promise(setImmediate);
  expect(collector.page()).toBe(next);
  held.release(1, "a 1\n");
  await next;
  expect(errors).toHaveLength(1);
});

test("hanging collections are bounded: further scrapes are refused at once until one ends", async () => {
  const held = holdPages();
  const { collector } = observe(held.source, 100);
  for (let index = 0; index < MAX_HANGING_COLLECTIONS; index += 1) {
    await expect(collector.page()).rejects.toThrow("exceeded its limit");
  }
  await expect(collector.page()).rejects.toThrow(/^8 collections exceeded their limit and still hang/);
  expect(held.started()).toBe(MAX_HANGING_COLLECTIONS);
  held.fail(3, new Error("at last"));
  const started = (): number => {
    void collector.page().catch(() => undefined);
    return held.started();
  };
  await expect.poll(started).toBe(MAX_HANGING_COLLECTIONS + 1);
  const next = collector.page();
  held.release(MAX_HANGING_COLLECTIONS, "a 1\n");
  expect(String(await (await next).plain())).toBe("a 1\n");
});
