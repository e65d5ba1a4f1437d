import { type Meter, ValueType } from "@opentelemetry/api";

/** Metric → attributes → value. */
export type Collected = Record<string, Record<string, unknown>>;
export type Collect = (timeoutMillis?: number) => Promise<Collected>;

/** Something to do with a meter, and what comes of it. */
export interface Scenario {
  readonly title: string;
  readonly run: (meter: Meter, collect: Collect) => Promise<unknown> | unknown;
}

export interface Same extends Scenario {
  readonly both: unknown;
}

const k = (value: string): string => JSON.stringify({ k: value });

/** Where both meters do the same, cumulatively. */
export const SAME: readonly Same[] = [
  {
    title: "a counter sums per attribute set, whatever the order of keys",
    run: async (meter, collect) => {
      const counter = meter.createCounter("c", { unit: "{x}", description: "d" });
      counter.add(1);
      counter.add(2, { a: "1", b: "2" });
      counter.add(3.5, { b: "2", a: "1" });
      return collect();
    },
    both: { "s/c {x} d 3 monotonic": { "{}": 1, '{"a":"1","b":"2"}': 5.5 } },
  },
  {
    title: "an up-down counter sums both ways",
    run: async (meter, collect) => {
      const counter = meter.createUpDownCounter("u");
      counter.add(2, { k: "a" });
      counter.add(-5, { k: "a" });
      return collect();
    },
    both: { "s/u   3": { [k("a")]: -3 } },
  },
  {
    title: "a gauge keeps the last value",
    run: async (meter, collect) => {
      const gauge = meter.createGauge("g");
      gauge.record(2, { k: "a" });
      gauge.record(-1, { k: "a" });
      return collect();
    },
    both: { "s/g   2": { [k("a")]: -1 } },
  },
  {
    title: "a histogram counts into its advised bounds, a bound included below",
    run: async (meter, collect) => {
      const bounds = { explicitBucketBoundaries: [10, 1, Infinity] };
      const it = meter.createHistogram("h", { advice: bounds });
      for (const value of [0, 1, 5, 10, 11]) it.record(value);
      return collect();
    },
    both: { "s/h   0": { "{}": { count: 5, sum: 27, min: 0, max: 11, boundaries: [1, 10], counts: [2, 2, 1] } } },
  },
  {
    title: "a histogram without advice has the specification's bounds",
    run: async (meter, collect) => {
      meter.createHistogram("h").record(60);
      return collect();
    },
    both: {
      "s/h   0": {
        "{}": {
          count: 1,
          sum: 60,
          min: 60,
          max: 60,
          boundaries: [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000],
          counts: [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        },
      },
    },
  },
  {
    title: "negative increments and observations are refused",
    run: async (meter, collect) => {
      const counter = meter.createCounter("c");
      const it = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [] } });
      counter.add(1);
      counter.add(-1);
      it.record(1);
      it.record(-1);
      return collect();
    },
    both: {
      "s/c   3 monotonic": { "{}": 1 },
      "s/h   0": { "{}": { count: 1, sum: 1, min: 1, max: 1, boundaries: [], counts: [1] } },
    },
  },
  {
    title: "value type INT drops fractions and what is not a whole number",
    run: async (meter, collect) => {
      const options = { valueType: ValueType.INT };
      const counter = meter.createCounter("c", options);
      counter.add(1.9);
      counter.add(Number.NaN);
      meter.createObservableGauge("g", options).addCallback((result) => result.observe(-2.5));
      return collect();
    },
    both: { "s/c   3 monotonic": { "{}": 1 }, "s/g   2": { "{}": -2 } },
  },
  {
    title: "add(0) makes a series at 0",
    run: async (meter, collect) => {
      meter.createCounter("c").add(0, { k: "a" });
      return collect();
    },
    both: { "s/c   3 monotonic": { [k("a")]: 0 } },
  },
  {
    title: "an instrument that was never recorded to is not reported",
    run: async (meter, collect) => {
      meter.createCounter("c");
      meter.createHistogram("h");
      meter.createObservableGauge("g");
      return collect();
    },
    both: {},
  },
  {
    title: "creating an instrument again shares its sum and keeps the longer description",
    run: async (meter, collect) => {
      meter.createCounter("c", { description: "short" }).add(1);
      meter.createCounter("c", { description: "longer text" }).add(2);
      meter.createCounter("c").add(4);
      return collect();
    },
    both: { "s/c  longer text 3 monotonic": { "{}": 7 } },
  },
  {
    title: "another unit or kind under the same name is another metric",
    run: async (meter, collect) => {
      meter.createCounter("c", { unit: "s" }).add(1);
      meter.createCounter("c", { unit: "ms" }).add(2);
      meter.createGauge("c").record(3);
      return collect();
    },
    both: { "s/c s  3 monotonic": { "{}": 1 }, "s/c ms  3 monotonic": { "{}": 2 }, "s/c   2": { "{}": 3 } },
  },
  {
    title: "a name that differs in case is another metric",
    run: async (meter, collect) => {
      meter.createCounter("name").add(1);
      meter.createCounter("NAME").add(2);
      return collect();
    },
    both: { "s/name   3 monotonic": { "{}": 1 }, "s/NAME   3 monotonic": { "{}": 2 } },
  },
  {
    title: "an invalid name still works",
    run: async (meter, collect) => {
      meter.createCounter("1 bad").add(1);
      return collect();
    },
    both: { "s/1 bad   3 monotonic": { "{}": 1 } },
  },
  {
    title: "observables report through callbacks, single and batch; the last observation of a set holds",
    run: async (meter, collect) => {
      const c = meter.createObservableCounter("c");
      const u = meter.createObservableUpDownCounter("u");
      const g = meter.createObservableGauge("g");
      c.addCallback((result) => {
        result.observe(1, { k: "a" });
        result.observe(7, { k: "a" });
      });
      meter.addBatchObservableCallback(
        (result) => {
          result.observe(u, -2);
          result.observe(g, 3);
          result.observe(c, 100);
        },
        [u, g],
      );
      return collect();
    },
    both: { "s/c   3 monotonic": { [k("a")]: 7 }, "s/u   3": { "{}": -2 }, "s/g   2": { "{}": 3 } },
  },
  {
    title: "a callback is registered once and can be removed, alone and in a batch",
    run: async (meter, collect) => {
      const g = meter.createObservableGauge("g");
      let calls = 0;
      const single = (): void => {
        calls++;
      };
      g.addCallback(single);
      g.addCallback(single);
      meter.addBatchObservableCallback(single, [g]);
      meter.addBatchObservableCallback(single, [g]);
      await collect();
      g.removeCallback(single);
      meter.removeBatchObservableCallback(single, [g]);
      await collect();
      return calls;
    },
    both: 2,
  },
  {
    title: "cumulative sums of an observable counter are the observed ones",
    run: async (meter, collect) => {
      let value = 5;
      meter.createObservableCounter("c").addCallback((result) => result.observe(value));
      await collect();
      value = 9;
      return collect();
    },
    both: { "s/c   3 monotonic": { "{}": 9 } },
  },
  {
    title: "one failing callback leaves the other metrics",
    run: async (meter, collect) => {
      meter.createCounter("c").add(1);
      meter.createObservableGauge("g").addCallback(() => Promise.reject(new Error("no")));
      return collect();
    },
    both: { errors: { count: 1 }, "s/c   3 monotonic": { "{}": 1 } },
  },
  {
    title: "a hung callback ends with the timeout, and costs only itself",
    run: async (meter, collect) => {
      meter.createCounter("c").add(1);
      meter.createObservableGauge("g").addCallback(() => new Promise<void>(() => {}));
      return collect(20);
    },
    both: { errors: { count: 1 }, "s/c   3 monotonic": { "{}": 1 } },
  },
];

/** Where both meters do the same for a delta reader. */
export const SAME_DELTA: readonly Same[] = [
  {
    title: "sums and histograms are what was recorded since the last collection",
    run: async (meter, collect) => {
      const counter = meter.createCounter("c");
      const it = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [1] } });
      counter.add(1, { k: "a" });
      it.record(1);
      const first = await collect();
      counter.add(2, { k: "a" });
      counter.add(3, { k: "b" });
      return [Object.keys(first), (await collect())["s/c   3 monotonic"]];
    },
    both: [["s/c   3 monotonic", "s/h   0"], { [k("a")]: 2, [k("b")]: 3 }],
  },
  {
    title: "an observable counter reports its growth",
    run: async (meter, collect) => {
      let value = 5;
      meter.createObservableCounter("c").addCallback((result) => result.observe(value));
      const first = await collect();
      value = 9;
      return [first, await collect()];
    },
    both: [{ "s/c   3 monotonic": { "{}": 5 } }, { "s/c   3 monotonic": { "{}": 4 } }],
  },
];
