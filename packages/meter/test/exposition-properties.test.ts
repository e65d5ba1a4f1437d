import type { Attributes, Meter } from "@opentelemetry/api";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider, MetricReader, type ResourceMetrics } from "@opentelemetry/sdk-metrics";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createMeterProvider } from "../src/index.ts";
import { type ParsedPage, parsePage } from "./parse-page.ts";
import { propertyRuns } from "./property-runs.ts";

class ManualReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);

/** Its writer leaves the end of an empty page open. */
function parseStandard(resourceMetrics: ResourceMetrics): ParsedPage {
  return parsePage(`${serializer.serialize(resourceMetrics)}\n`);
}

interface Recording {
  readonly instrument: number;
  readonly value: number;
  readonly attributes: Attributes;
}

interface Instrument {
  readonly name: string;
  readonly kind: "counter" | "upDownCounter" | "gauge" | "histogram" | "observableGauge" | "observableCounter";
  readonly bounds: readonly number[];
}

/** Finite, and such that sums come out the same in whatever order they are made. */
const value = fc.integer({ min: 0, max: 2 ** 40 }).map((int) => int / 1024);
// Values that both meters take as different and that JSON does not change; keys that stay apart when sanitised.
const attributes = fc.dictionary(
  fc.constantFrom("task", "queue", "http.route", "ümlaut-key", "x9"),
  fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).filter((text) => text.length <= 128),
    fc.constantFrom('qu"ote', "back\\slash", "new\nline", "日本", "x{y}=z,", "\u{10ffff}\x7f\x7f\u{1f600}\x7f"),
  ),
  { maxKeys: 4 },
);
const instruments = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom("alpha", "beta.gamma", "delta_total", "eps-ilon", "zeta/eta", "theta__iota", "kappa"),
    kind: fc.constantFrom<Instrument["kind"][]>(
      "counter",
      "upDownCounter",
      "gauge",
      "histogram",
      "observableGauge",
      "observableCounter",
    ),
    bounds: fc.uniqueArray(
      fc.integer({ min: -5, max: 1_000_000 }).map((int) => int / 8),
      { maxLength: 19 },
    ),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 6 },
);
const recordings = fc.array(fc.record({ instrument: fc.nat({ max: 5 }), value, attributes }), { maxLength: 80 });

function apply(meter: Meter, definitions: readonly Instrument[], all: readonly Recording[]): void {
  for (const [index, { name, kind, bounds }] of definitions.entries()) {
    const own = all.filter(({ instrument }) => instrument === index);
    const options = { description: `about ${name}`, advice: { explicitBucketBoundaries: [...bounds] } };
    if (kind === "observableGauge" || kind === "observableCounter") {
      const it = kind === "observableGauge" ? meter.createObservableGauge(name) : meter.createObservableCounter(name);
      it.addCallback((result) => {
        for (const recording of own) result.observe(recording.value, recording.attributes);
      });
      continue;
    }
    const record = recorder(meter, kind, name, options);
    for (const recording of own) record(recording.value, recording.attributes);
  }
}

function recorder(meter: Meter, kind: Instrument["kind"], name: string, options: object) {
  switch (kind) {
    case "counter": {
      const counter = meter.createCounter(name, options);
      return (amount: number, set: Attributes) => counter.add(amount, set);
    }
    case "upDownCounter": {
      const counter = meter.createUpDownCounter(name, options);
      return (amount: number, set: Attributes) => counter.add(typeof amount === "number" ? -amount : amount, set);
    }
    case "gauge": {
      const gauge = meter.createGauge(name, options);
      return (amount: number, set: Attributes) => gauge.record(amount, set);
    }
    default: {
      const histogram = meter.createHistogram(name, options);
      return (amount: number, set: Attributes) => histogram.record(amount, set);
    }
  }
}

test("our page and the standard exporter's parse to the same samples, on our cells and on the SDK's", async () => {
  await fc.assert(
    fc.asyncProperty(instruments, recordings, async (definitions, all) => {
      const provider = createMeterProvider({ onWarning: () => {} });
      apply(provider.getMeter("m"), definitions, all);
      const ours = parsePage((await provider.createExposition().render()).text());
      const { resourceMetrics } = await provider.createProducer().collect();
      const standardPage = parseStandard(resourceMetrics);
      expect(ours.samples).toEqual(standardPage.samples);
      expect(ours.types).toEqual(standardPage.types);

      const reader = new ManualReader();
      const standard = new MeterProvider({ readers: [reader] });
      apply(standard.getMeter("m"), definitions, all);
      const fromSdk = parseStandard((await reader.collect()).resourceMetrics);
      expect(ours.samples).toEqual(fromSdk.samples);

      const extra = [(await reader.collect()).resourceMetrics];
      const merged = await createMeterProvider().createExposition({ targetInfo: {} }).render({ extra });
      expect(new Map([...ours.samples, ["target_info{}", 1]])).toEqual(parsePage(merged.text()).samples);
    }),
    propertyRuns(150),
  );
});

test("whatever names, attributes and values come, the page is valid and so is the standard exporter's of our points", async () => {
  const wild = fc.dictionary(
    fc.string({ unit: "binary", maxLength: 8 }),
    fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }),
    { maxKeys: 5 },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ unit: "binary", maxLength: 8 }), fc.nat({ max: 3 }), fc.anything(), wild), {
        maxLength: 30,
      }),
      async (all) => {
        const provider = createMeterProvider({ maxSeries: 5, onWarning: () => {} });
        const meter = provider.getMeter("m");
        for (const [name, kind, amount, set] of all) {
          const record = recorder(
            meter,
            (["counter", "upDownCounter", "gauge", "histogram"] as const)[kind] ?? "gauge",
            name,
            {},
          );
          record(amount as number, set as Attributes);
        }
        parsePage((await provider.createExposition().render()).text());
        const { resourceMetrics } = await provider.createProducer().collect();
        for (const { metrics } of resourceMetrics.scopeMetrics) {
          for (const metric of metrics) {
            const scopeMetrics = [{ scope: { name: "m" }, metrics: [metric] }];
            parseStandard({ ...resourceMetrics, scopeMetrics });
          }
        }
      },
    ),
    propertyRuns(150),
  );
});

test("counters never decrease, counts equal their +Inf bucket, buckets rise, and sums agree with what was recorded", async () => {
  const step = fc.oneof(
    fc.record({
      op: fc.constant("record" as const),
      k: fc.nat({ max: 8 }),
      value: fc.oneof(value, fc.constantFrom(-1, Number.NaN, Infinity)),
    }),
    fc.record({ op: fc.constant("remove" as const), k: fc.nat({ max: 8 }), value: fc.constant(0) }),
    fc.record({ op: fc.constant("render" as const), k: fc.constant(0), value: fc.constant(0) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120 }), async (steps) => {
      const provider = createMeterProvider({ maxSeries: 5, onWarning: () => {} });
      const meter = provider.getMeter("m");
      const counter = meter.createCounter("c_total");
      const histogram = meter.createHistogram("h", { advice: { explicitBucketBoundaries: [1, 100, 1e6] } });
      const exposition = provider.createExposition();
      const shown = new Map<string, number>();
      let recorded = 0;
      let removed = 0;
      for (const { op, k, value: amount } of [...steps, { op: "render" as const, k: 0, value: 0 }]) {
        const set = { k };
        if (op === "record") {
          counter.add(amount, set);
          histogram.record(amount, set);
          if (amount >= 0 && amount < Infinity) recorded += amount;
        } else if (op === "remove") {
          const key = `c_total{k="${k}"}`;
          removed += parsePage((await exposition.render()).text()).samples.get(key) ?? 0;
          counter.removeSeries(set);
          histogram.removeSeries(set);
          shown.delete(key);
        } else {
          const { samples } = parsePage((await exposition.render()).text());
          let total = 0;
          for (const [key, sample] of samples) {
            if (key.startsWith("c_total")) {
              expect(sample).toBeGreaterThanOrEqual(shown.get(key) ?? 0);
              shown.set(key, sample);
              total += sample;
              expect(samples.get(key.replace("c_total", "h_sum"))).toBe(sample);
            }
            if (key.startsWith("h_count")) expect(sample).toBe(samples.get(bucket(key, "+Inf")));
            if (key.startsWith("h_count")) {
              const counts = ["1", "100", "1000000", "+Inf"].map((le) => samples.get(bucket(key, le)) ?? -1);
              expect(counts).toEqual(counts.toSorted((a, b) => a - b));
            }
          }
          expect(total + removed).toBeCloseTo(recorded, 0);
        }
      }
    }),
    propertyRuns(100),
  );
});

function bucket(key: string, le: string): string {
  const labels = key.slice("h_count{".length, -1);
  return `h_bucket{${[labels, `le="${le}"`]
    .filter((label) => label !== "")
    .sort()
    .join(",")}}`;
}
