import type { Attributes } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { meterUnderTest } from "./meter-under-test.ts";

test("the caller's object is copied: changing it afterwards relabels nothing", async () => {
  const { meter, samples } = meterUnderTest();
  const attributes = { queue: "a" };
  const bound = meter.createCounter("c_total").bind(attributes);
  attributes.queue = "b";
  bound.add(1);
  expect(await samples()).toEqual({ 'c_total{queue="a"}': 1 });
});

test("numbers, booleans and strings of one text are one series", async () => {
  const { meter, samples } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  for (const value of [1, "1", 1n as unknown as number]) counter.add(1, { k: value });
  counter.add(1, { k: true });
  counter.add(1, { k: "true" });
  expect(await samples()).toEqual({ 'c_total{k="1"}': 3, 'c_total{k="true"}': 2 });
});

test("a missing or empty value is an absent label", async () => {
  const { meter, samples } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  counter.add(1);
  counter.add(1, {});
  counter.add(1, { k: "" });
  counter.add(1, { k: undefined });
  counter.add(1, null as unknown as Attributes);
  counter.add(1, { a: "x", k: "" });
  counter.add(1, { a: "x" });
  expect(await samples()).toEqual({ "c_total{}": 5, 'c_total{a="x"}': 2 });
});

test("keys that come to one label name across series are one series", async () => {
  const { meter, samples } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  counter.add(1, { "http.method": "GET" });
  counter.add(1, { "http-method": "GET" });
  expect(await samples()).toEqual({ 'c_total{http_method="GET"}': 2 });
});

test("of two clashing attributes the first in key order stays, with one warning and a count for each shape", async () => {
  const { meter, samples, warnings, refusals } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  counter.add(1, { "a.b": "dot", "a-b": "dash" });
  counter.add(1, { "a-b": "dash", "a.b": "dot" });
  expect(await samples()).toEqual({ 'c_total{a_b="dash"}': 2 });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]?.message).toBe('Attribute "a.b" of c_total clashes with "a-b"; left out.');
  expect(refusals).toEqual(Array(2).fill({ instrument: "c_total", reason: "attribute" }));
});

test.each(["9lead", ""])("an attribute named %j is left out", async (key) => {
  const { meter, samples, warnings } = meterUnderTest();
  meter.createCounter("c_total").add(1, { [key]: "x", k: "y" });
  expect(await samples()).toEqual({ 'c_total{k="y"}': 1 });
  expect(warnings).toHaveLength(1);
});

test("le is reserved on a histogram and free elsewhere", async () => {
  const { meter, samples } = meterUnderTest();
  meter.createCounter("c_total").add(1, { le: "x" });
  meter.createHistogram("h", { advice: { explicitBucketBoundaries: [] } }).record(1, { le: "x" });
  expect(await samples()).toEqual({ 'c_total{le="x"}': 1, 'h_bucket{le="+Inf"}': 1, "h_sum{}": 1, "h_count{}": 1 });
});

test("special keys are ordinary attributes", async () => {
  const { meter, samples } = meterUnderTest();
  const attributes = JSON.parse('{"__proto__":"p","constructor":"c","toString":"t"}') as Attributes;
  meter.createCounter("c_total").add(1, attributes);
  meter.createCounter("c_total").add(1, attributes);
  expect(await samples()).toEqual({ 'c_total{_proto_="p",constructor="c",toString="t"}': 2 });
});

test("inherited attributes are not attributes", async () => {
  const { meter, samples } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  counter.add(1, Object.create({ inherited: "x" }, { own: { value: "y", enumerable: true } }));
  counter.add(1, { own: "y" });
  expect(await samples()).toEqual({ 'c_total{own="y"}': 2 });
});

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;
const throwing = {
  toJSON() {
    throw new Error("no");
  },
};
const hostile: [string, unknown, string][] = [
  ["a cyclic value", { k: cyclic, a: "x" }, 'c_total{a="x"}'],
  ["a value that throws when written", { k: throwing, a: "x" }, 'c_total{a="x"}'],
  ["a function", { k: () => 1, a: "x" }, 'c_total{a="x"}'],
  ["a symbol", { k: Symbol("s"), a: "x" }, 'c_total{a="x"}'],
  [
    "a getter that throws",
    {
      a: "x",
      get k() {
        throw new Error("no");
      },
    },
    'c_total{a="x"}',
  ],
  [
    "a Proxy whose keys cannot be read",
    new Proxy(
      {},
      {
        ownKeys() {
          throw new Error("no");
        },
      },
    ),
    "c_total{}",
  ],
  ["a revoked Proxy", revoked(), "c_total{}"],
  ["a string instead of an object", "attributes", "c_total{}"],
  ["a number instead of an object", 7, "c_total{}"],
];

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

test.each(hostile)("%s does not throw, and the recording counts", async (_, attributes, series) => {
  const { meter, samples, refusals, warnings } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  counter.add(1, attributes as Attributes);
  counter.add(1, attributes as Attributes);
  counter.bind(attributes as Attributes).add(1);
  expect(await samples()).toEqual({ [series]: 3 });
  expect(refusals).toEqual(Array(3).fill({ instrument: "c_total", reason: "attribute" }));
  expect(warnings).toHaveLength(1);
});

test("a getter that records while attributes are read disturbs nothing", async () => {
  const { meter, samples } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  counter.add(1, { a: "1", b: "2" });
  counter.add(1, { a: "3", b: "4" });
  counter.add(1, {
    a: "1",
    get b() {
      counter.add(1, { a: "3", b: "4" });
      return "2";
    },
  });
  const { 'c_total{a="1",b="2"}': outer, 'c_total{a="3",b="4"}': inner } = await samples();
  expect(outer).toBe(2);
  expect(inner).toBeGreaterThanOrEqual(2);
});

test("label values are written escaped and read back", async () => {
  const { meter, page } = meterUnderTest();
  meter.createCounter("c_total").add(1, { k: 'back\\slash "quote" new\nline é 日本 😀' });
  const { text } = await page();
  expect(text).toContain('c_total{k="back\\\\slash \\"quote\\" new\\nline é 日本 😀"} 1\n');
});

test("warnings never hold a label value", () => {
  const { meter, warnings } = meterUnderTest({ maxSeries: 1 });
  const counter = meter.createCounter("c_total");
  counter.add(1, { k: "secret-1" });
  counter.add(1, { k: "secret-2" });
  counter.add(-1, { k: "secret-1" });
  counter.add(1, { "9": "secret-3", x: Symbol("secret-4") as unknown as string });
  expect(warnings.length).toBeGreaterThanOrEqual(4);
  expect(JSON.stringify(warnings)).not.toContain("secret");
});

test("more orders of keys than are remembered still find their series", async () => {
  const { meter, samples } = meterUnderTest();
  const counter = meter.createCounter("c_total");
  for (let round = 0; round < 2; round++) {
    for (let key = 0; key < 400; key++) counter.add(1, { [`k${key}`]: "v", a: "x" });
  }
  const values = Object.values(await samples());
  expect(values).toEqual(Array(400).fill(2));
});
