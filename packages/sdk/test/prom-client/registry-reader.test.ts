import { Counter, Gauge, Registry } from "prom-client";
import { expect, test } from "vitest";
import { type RegistryPart, RegistryReader } from "../../src/prom-client/registry-reader.ts";

const LONG_MS = 20_000;

function failures(parts: readonly RegistryPart[]): unknown[] {
  return parts.flatMap((part) => ("failure" in part ? [[part.metric, part.failure]] : []));
}

function texts(parts: readonly RegistryPart[]): string[] {
  return parts.flatMap((part) => ("text" in part ? [part.text] : []));
}

test("each metric is read by itself, and what one collect() sets is there in those after it", async () => {
  const registry = new Registry();
  const registers = [registry];
  let other: Gauge | undefined;
  new Gauge({ name: "first", help: "h", registers, collect: () => other?.set(7) });
  other = new Gauge({ name: "second", help: "h", registers });
  expect(texts(await new RegistryReader(registry).read(LONG_MS))).toEqual([
    "# HELP first h\n# TYPE first gauge\nfirst 0",
    "# HELP second h\n# TYPE second gauge\nsecond 7",
  ]);
});

test("a metric that throws, at once or later, costs itself alone", async () => {
  const registry = new Registry();
  const registers = [registry];
  const collect = (): never => {
    throw new RangeError("password");
  };
  new Gauge({ name: "throws", help: "h", registers, collect });
  new Gauge({ name: "rejects", help: "h", registers, collect: async () => collect() });
  new Counter({ name: "well", help: "h", registers });
  const parts = await new RegistryReader(registry).read(LONG_MS);
  expect(failures(parts)).toEqual([
    ["throws", { threw: "RangeError" }],
    ["rejects", { threw: "RangeError" }],
  ]);
  expect(texts(parts)).toHaveLength(1);
});

test("a metric that hangs is late, is not asked again while it hangs, and is back when it answers", async () => {
  const registry = new Registry();
  const answer = Promise.withResolvers<void>();
  let asked = 0;
  new Gauge({
    name: "hangs",
    help: "h",
    registers: [registry],
    collect() {
      asked += 1;
      return answer.promise;
    },
  });
  const reader = new RegistryReader(registry);
  for (let page = 0; page < 5; page++) expect(failures(await reader.read(1))).toEqual([["hangs", "late"]]);
  expect(asked).toBe(1);
  answer.resolve();
  await expect.poll(async () => texts(await reader.read(LONG_MS))).toHaveLength(1);
  expect(asked).toBe(2);
});

test.each([
  ["throws", () => expect.fail("no"), { threw: "AssertionError" }],
  ["rejects", () => Promise.reject(new TypeError()), { threw: "TypeError" }],
  ["gives no text", () => 5, { threw: "no text" }],
  ["hangs", () => new Promise(() => {}), "late"],
])("a registry that has metrics() alone, which %s, fails as a whole", async (_, metrics, failure) => {
  const reader = new RegistryReader({ metrics: metrics as unknown as () => string });
  expect(failures(await reader.read(10))).toEqual([[undefined, failure]]);
});

test("a registry whose list of metrics throws fails as a whole", async () => {
  const getMetricsAsArray = (): never => {
    throw new TypeError();
  };
  const reader = new RegistryReader({ metrics: () => "", getMetricsAsArray, getSingleMetricAsString: () => "" });
  expect(failures(await reader.read(LONG_MS))).toEqual([[undefined, { threw: "TypeError" }]]);
});
