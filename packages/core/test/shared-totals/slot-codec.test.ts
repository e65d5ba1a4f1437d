import { deflateSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { exactSum, type SlotInstrument, slotSeries } from "../../src/shared-totals/slot.ts";
import { type EncodedSlot, SlotCodec } from "../../src/shared-totals/slot-codec.ts";
import { propertyRuns } from "./property-runs.ts";
import { active, countOf, durations, slotOf, successes } from "./slot-samples.ts";

const bound = fc.double({ min: -1e6, max: 1e6, noNaN: true, noDefaultInfinity: true });
const instrument: fc.Arbitrary<SlotInstrument> = fc.oneof(
  fc.record({ name: fc.string(), kind: fc.constantFrom("counter", "living"), bounds: fc.constant([]) }),
  fc.record({
    name: fc.string(),
    kind: fc.constant("histogram" as const),
    bounds: fc
      .uniqueArray(bound, { maxLength: 20, selector: (value) => value + 0 })
      .map((values) => values.map((value) => value + 0).sort((one, other) => one - other)),
  }),
);
const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("\n", "\u0000", "__proto__", "constructor", '"'),
);
const labels = fc.dictionary(text, fc.oneof(text, fc.boolean()), { maxKeys: 4 });
const slot: fc.Arbitrary<EncodedSlot> = fc
  .tuple(fc.array(instrument, { minLength: 1, maxLength: 4 }), fc.array(fc.tuple(fc.nat(), labels), { maxLength: 30 }))
  .map(([instruments, series]) =>
    series.map(([place, own]) => slotSeries(instruments[place % instruments.length] as SlotInstrument, own)),
  )
  .chain((shape) => {
    const count = shape.reduce((sum, { width }) => sum + width, 0);
    const cell = fc.oneof(fc.nat(), fc.double({ min: 0, max: 2 ** 53, noNaN: true }).map(exactSum));
    return fc.record({
      seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      shape: fc.constant(shape),
      cells: fc.array(cell, { minLength: count, maxLength: count }).map((cells) => Float64Array.from(cells)),
    });
  });

const sample: EncodedSlot = { seq: 3, ...slotOf([successes, { task: "train" }, [7]], [durations, {}, [2.5, 1, 1, 0]]) };

/** What is inside of a slot: its line and its bytes after that. */
async function opened(encoded: EncodedSlot): Promise<{ header: Record<string, unknown>; numbers: Buffer }> {
  const bytes = inflateSync(await new SlotCodec().encode(encoded));
  const end = bytes.indexOf("\n");
  return { header: JSON.parse(bytes.toString("utf8", 0, end)), numbers: bytes.subarray(end + 1) };
}

function closed(header: unknown, numbers: Uint8Array): Uint8Array {
  return deflateSync(Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), numbers]));
}

test("any slot comes back as it was written", async () => {
  await fc.assert(
    fc.asyncProperty(slot, async (written) => {
      const codec = new SlotCodec();
      const bytes = await codec.encode(written);
      const read = await new SlotCodec().decode(bytes);
      expect(read).toEqual({ ...written, cells: written.cells.map((cell) => cell + 0) });
      // The second time the line is known.
      await codec.decode(bytes);
      expect(await codec.decode(bytes)).toEqual(read);
    }),
    propertyRuns(150),
  );
});

test("slots of processes that run the same program share the objects of their series", async () => {
  const codec = new SlotCodec();
  const one = await codec.decode(await codec.encode({ ...sample, seq: 1 }));
  const other = await codec.decode(await codec.encode({ ...sample, seq: 2 }));
  expect(one?.shape).toBe(other?.shape);
  expect([one?.seq, other?.seq]).toEqual([1, 2]);
});

test("a base keeps what was folded and when its series were added to", async () => {
  const base = { folded: { a1: [4, 1_000.5], constructor: [1, 2] }, touched: [5, 6] } as const;
  const codec = new SlotCodec();
  expect(await codec.decode(await codec.encode({ ...sample, base }))).toEqual({ ...sample, base });
  expect(await codec.decode(await codec.encode({ ...sample, base: { ...base, folded: {} } }))).toMatchObject({
    base: { folded: {} },
  });
});

test("fields that a later release added are left out", async () => {
  const { header, numbers } = await opened(sample);
  const instruments = (header.instruments as unknown[][]).map((item) => (item.length < 3 ? item : [...item, "more"]));
  const series = (header.series as unknown[][]).map((item) => [...item, { more: 1 }]);
  const later = closed({ ...header, instruments, series, more: { of: "this" } }, numbers);
  expect(await new SlotCodec().decode(later)).toEqual(sample);
});

test("a sum that another program did not round is rounded down", async () => {
  const read = await new SlotCodec().decode(await new SlotCodec().encode({ seq: 1, ...countOf(0.1) }));
  expect(read?.cells[0]).toBe(exactSum(0.1));
});

test("bytes that are cut off, turned over or no slot at all are no slot", async () => {
  const bytes = await new SlotCodec().encode(sample);
  const codec = new SlotCodec();
  for (let length = 0; length < bytes.length; length++)
    expect(await codec.decode(bytes.slice(0, length))).toBe(undefined);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (hostile) => {
      expect(await codec.decode(hostile)).toBe(undefined);
      expect(await codec.decode(deflateSync(hostile))).toBe(undefined);
    }),
    propertyRuns(200),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (place, change) => {
      const hostile = bytes.slice();
      hostile[place] = (hostile[place] as number) ^ change;
      const read = await codec.decode(hostile);
      // The check sum of zlib does not cover its own two first bytes.
      if (place >= 2) expect(read).toBe(undefined);
    }),
    propertyRuns(200),
  );
});

test("a header that says what no header says is none", async () => {
  const { header, numbers } = await opened(sample);
  const base = { folded: {}, touched: [1, 1] };
  const hostile: Record<string, unknown>[] = [
    { v: 2 },
    { v: undefined },
    { instruments: undefined },
    { instruments: [["a", "gauge"]] },
    { instruments: [[1, "counter"]] },
    { instruments: [["a", "counter"], null] },
    {
      instruments: [
        ["task_success_total", "counter"],
        ["b", "histogram", [10, 1]],
      ],
    },
    {
      instruments: [
        ["task_success_total", "counter"],
        ["b", "histogram", [1, "10"]],
      ],
    },
    {
      instruments: [
        ["task_success_total", "counter"],
        ["b", "histogram", { length: 2 }],
      ],
    },
    { series: {} },
    {
      series: [
        [0, {}],
        [2, {}],
      ],
    },
    {
      series: [
        [0, {}],
        [-1, {}],
      ],
    },
    {
      series: [
        [0, {}],
        ["length", {}],
      ],
    },
    {
      series: [
        [0, null],
        [1, {}],
      ],
    },
    {
      series: [
        [0, ["a"]],
        [1, {}],
      ],
    },
    {
      series: [
        [0, { task: 1 }],
        [1, {}],
      ],
    },
    {
      series: [
        [0, { task: null }],
        [1, {}],
      ],
    },
    { series: [[0, {}]] },
    {
      series: [
        [0, {}],
        [1, {}],
        [0, {}],
      ],
    },
    { base: [] },
    { base: null },
    { base: { ...base, folded: { a: [0, 1] } } },
    { base: { ...base, folded: { a: [1.5, 1] } } },
    { base: { ...base, folded: { a: [1, "1"] } } },
    { base: { ...base, folded: { a: 1 } } },
    { base: { ...base, folded: null } },
    { base: { ...base, touched: [1] } },
    { base: { ...base, touched: [1, null] } },
  ];
  for (const change of hostile) {
    const bytes = closed({ ...header, ...change }, numbers);
    expect([change, await new SlotCodec().decode(bytes)]).toEqual([change, undefined]);
  }
  for (const text of ["", "null", "[]", "1", '"a"', "{}", '{"v":1}']) {
    expect(await new SlotCodec().decode(deflateSync(Buffer.concat([Buffer.from(`${text}\n`), numbers])))).toBe(
      undefined,
    );
  }
  expect(await new SlotCodec().decode(closed(header, numbers))).toEqual(sample);
});

test("numbers that no counter can have are refused", async () => {
  const { header, numbers } = await opened(sample);
  const changed = (place: number, value: number): Uint8Array => {
    const copy = Buffer.from(numbers);
    copy.writeDoubleLE(value, place * 8);
    return closed(header, copy);
  };
  for (const value of [Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE]) {
    expect([value, await new SlotCodec().decode(changed(1, value))]).toEqual([value, undefined]);
  }
  for (const seq of [0, -1, 1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY]) {
    expect([seq, await new SlotCodec().decode(changed(0, seq))]).toEqual([seq, undefined]);
  }
  for (const length of [0, 8, numbers.length - 8, numbers.length - 1]) {
    expect(await new SlotCodec().decode(closed(header, numbers.subarray(0, length)))).toBe(undefined);
  }
  expect(await new SlotCodec().decode(closed(header, Buffer.concat([numbers, Buffer.alloc(8)])))).toBe(undefined);
});

test("few bytes that would become many are refused before they do", async () => {
  const bomb = deflateSync(Buffer.alloc(80 * 1024 * 1024));
  const before = process.memoryUsage().arrayBuffers;
  expect(await new SlotCodec().decode(bomb)).toBe(undefined);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(70 * 1024 * 1024);
  expect(await new SlotCodec().decode(deflateSync(Buffer.alloc(600 * 1024)))).toBe(undefined);
});

test("a slot of ten thousand histograms comes back, and the lines of many shapes do not pile up", async () => {
  const shape = Array.from({ length: 10_000 }, (_, index) => slotSeries(durations, { task: `task-${index}` }));
  const cells = new Float64Array(40_000).map((_, index) => index);
  const codec = new SlotCodec();
  const bytes = await codec.encode({ seq: 1, shape, cells });
  const first = await codec.decode(bytes);
  expect(first).toEqual({ seq: 1, shape, cells });
  expect((await codec.decode(bytes))?.shape).toBe(first?.shape);
  for (let more = 1; more <= 10; more++) {
    const longer = [...shape, ...Array.from({ length: more }, () => slotSeries(active, { more: String(more) }))];
    await codec.decode(await codec.encode({ seq: 1, shape: longer, cells: new Float64Array(40_000 + more) }));
  }
  // Forgotten, and read anew.
  const again = await codec.decode(bytes);
  expect(again?.shape).not.toBe(first?.shape);
  expect(again).toEqual(first);
});
