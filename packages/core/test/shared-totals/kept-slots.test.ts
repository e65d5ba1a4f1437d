import { expect, test } from "vitest";
import { type SlotInstrument, slotSeries } from "../../src/shared-totals/slot.ts";
import { SlotCodec } from "../../src/shared-totals/slot-codec.ts";

// Bytes that a process of an earlier release wrote. A release that cannot read them loses what the platform counted while it is rolled out.
const OF_A_PROCESS =
  "eAGFjbEKwkAQRC0sxNrSaupFjGCTxvxHOMJxLvEwudPbvTTBf/YThBgtbJzmwfCGGTGgLAg+iKbcc1BBWddQK9dGsnMs0mhU24HgYg7KCYZm4ZyTVR9DI+xiOAsIFy8a22R7UL3fHakwX9s69QOD0PnBhxbGEIST5+lyT+P0ihKarA8g3DNnRon2lvEwVBf/lQONPzPzWC+mrKo3tzOXM5+nd//hZu5X1QsOI1Fk";
const OF_THE_BASE =
  "eAGFjLFOAzEQRCmoqCmppl4hWwIhuSH/YVknx7dJLBIbvGua0/0zn4ByuSiiYpq3mn2aCd9wlpCLaOsnLipw3kOjfAzSU2KRQavGIwip9qLcEGgVxt6i5loG4VTLKCAcsmjdt3gCefP8SjaEQBBumZdlQ9MyDgdtMRcQvjp3hsP+s2MO5O1/SiBsozDchF09jjyer7hNcP6F7Ju5JcwErT0dzo7/87qJ1hgT5vnhbgk2Fz6tvF/5837pr3zc/AKNVVfa";

const successes: SlotInstrument = { name: "task_success_total", kind: "counter", bounds: [] };
const durations: SlotInstrument = { name: "task_duration_seconds", kind: "histogram", bounds: [0.5, 1] };
const active: SlotInstrument = { name: "task_active", kind: "living", bounds: [] };
const labels = { task: "train", queue: "gpu" };
const counted = [slotSeries(successes, labels), slotSeries(durations, labels)];

test("reads what a process of an earlier release wrote", async () => {
  const slot = await new SlotCodec().decode(Buffer.from(OF_A_PROCESS, "base64"));
  expect(slot).toEqual({
    seq: 3,
    shape: [...counted, slotSeries(active, { queue: "gpu" })],
    cells: Float64Array.from([7, 2.5, 1, 1, 5, 3]),
  });
});

test("reads the base that an earlier release wrote", async () => {
  const slot = await new SlotCodec().decode(Buffer.from(OF_THE_BASE, "base64"));
  expect(slot).toEqual({
    seq: 9,
    shape: counted,
    cells: Float64Array.from([7, 2.5, 1, 1, 5]),
    base: { folded: { abc: [4, 1_700_000_000_000] }, touched: [1_700_000_000_000, 1_700_000_001_000] },
  });
});
