import type { Scenario } from "./conformance-scenarios.ts";

export interface Different extends Scenario {
  readonly standard: unknown;
  readonly ours: unknown;
}

const k = (value: string): string => JSON.stringify({ k: value });

/**
 * The differences that are meant. Each is a fault of the standard SDK that this meter exists to avoid, or follows from
 * one.
 */
export const DIFFERENT: readonly Different[] = [
  {
    title: "an observed set is forgotten when it is no longer observed",
    run: async (meter, collect) => {
      let on = true;
      meter.createObservableGauge("g").addCallback((result) => {
        if (on) result.observe(1);
      });
      await collect();
      on = false;
      return collect();
    },
    standard: { "s/g   2": { "{}": 1 } },
    ours: {},
  },
  {
    title: "what a callback observed before it failed is a fact and stays",
    run: async (meter, collect) => {
      meter.createObservableGauge("g").addCallback((result) => {
        result.observe(1);
        throw new Error("no");
      });
      return collect();
    },
    standard: { errors: { count: 1 } },
    ours: { errors: { count: 1 }, "s/g   2": { "{}": 1 } },
  },
  {
    title: "NaN and infinity do not poison a sum",
    run: async (meter, collect) => {
      const counter = meter.createCounter("c");
      const it = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [] } });
      counter.add(1);
      counter.add(Number.NaN);
      it.record(1);
      it.record(Infinity);
      return collect();
    },
    standard: {
      "s/c   3 monotonic": { "{}": Number.NaN },
      "s/h   0": { "{}": { count: 2, sum: Infinity, min: 1, max: Infinity, boundaries: [], counts: [2] } },
    },
    ours: {
      "s/c   3 monotonic": { "{}": 1 },
      "s/h   0": { "{}": { count: 1, sum: 1, min: 1, max: 1, boundaries: [], counts: [1] } },
    },
  },
  {
    title: 'attribute values are strings, so 1 and "1" are one series',
    run: async (meter, collect) => {
      const counter = meter.createCounter("c");
      counter.add(1, { k: 1 });
      counter.add(1, { k: "1" });
      return collect();
    },
    standard: { "s/c   3 monotonic": { '{"k":1}': 1, [k("1")]: 1 } },
    ours: { "s/c   3 monotonic": { [k("1")]: 2 } },
  },
  {
    title: "an empty attribute value is no attribute, as Prometheus takes it",
    run: async (meter, collect) => {
      const counter = meter.createCounter("c");
      counter.add(1, { k: "" });
      counter.add(1);
      return collect();
    },
    standard: { "s/c   3 monotonic": { [k("")]: 1, "{}": 1 } },
    ours: { "s/c   3 monotonic": { "{}": 2 } },
  },
  {
    title: "keys that come to one label name are one series",
    run: async (meter, collect) => {
      const counter = meter.createCounter("c");
      counter.add(1, { "a.b": "v" });
      counter.add(1, { "a-b": "v" });
      return collect();
    },
    standard: { "s/c   3 monotonic": { '{"a.b":"v"}': 1, '{"a-b":"v"}': 1 } },
    ours: { "s/c   3 monotonic": { '{"a.b":"v"}': 2 } },
  },
  {
    title: "an attribute without a legal label name is left out",
    run: async (meter, collect) => {
      meter.createCounter("c").add(1, { "9lead": "v" });
      return collect();
    },
    standard: { "s/c   3 monotonic": { '{"9lead":"v"}': 1 } },
    ours: { "s/c   3 monotonic": { "{}": 1 } },
  },
  {
    title: "changing the caller's attributes afterwards relabels nothing",
    run: async (meter, collect) => {
      const attributes = { k: "a" };
      meter.createCounter("c").add(1, attributes);
      attributes.k = "b";
      return collect();
    },
    standard: { "s/c   3 monotonic": { [k("b")]: 1 } },
    ours: { "s/c   3 monotonic": { [k("a")]: 1 } },
  },
  {
    title: "a BigInt attribute does not throw into the caller",
    run: (meter) => {
      try {
        meter.createCounter("c").add(1, { k: 1n as unknown as string });
        return "quiet";
      } catch (error) {
        return (error as Error).name;
      }
    },
    standard: "TypeError",
    ours: "quiet",
  },
  {
    title: "repeated and non-numeric bounds are left out",
    run: async (meter, collect) => {
      const advice = { explicitBucketBoundaries: [1, 1, 2] };
      meter.createHistogram("h", { advice }).record(1);
      return Object.values(await collect()).map((points) => (points["{}"] as { boundaries: number[] }).boundaries);
    },
    standard: [[1, 1, 2]],
    ours: [[1, 2]],
  },
];

export const DIFFERENT_DELTA: readonly Different[] = [
  {
    title: "what stands still is reported as standing still, and does not end",
    run: async (meter, collect) => {
      meter.createCounter("c").add(1);
      await collect();
      return collect();
    },
    standard: {},
    ours: { "s/c   3 monotonic": { "{}": 0 } },
  },
  {
    title: "the extremes of an interval are not known after the first one",
    run: async (meter, collect) => {
      const it = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [] } });
      it.record(1);
      await collect();
      it.record(2);
      return collect();
    },
    standard: { "s/h   0": { "{}": { count: 1, sum: 2, min: 2, max: 2, boundaries: [], counts: [1] } } },
    ours: { "s/h   0": { "{}": { count: 1, sum: 2, boundaries: [], counts: [1] } } },
  },
];
