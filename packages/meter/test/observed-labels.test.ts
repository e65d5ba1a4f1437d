import { expect, test } from "vitest";
import { LabelSets } from "../src/label-sets.ts";
import { ObservedLabelReader, ObservedLabels } from "../src/observed-labels.ts";
import { Refusals } from "../src/refusals.ts";

const COLLECTIONS_OF_TWO_TURNS = 32;

function labels(most = 1000): { memory: ObservedLabels; open: () => ObservedLabelReader } {
  const memory = new ObservedLabels(most);
  const refusals = new Refusals(() => {}, undefined);
  return { memory, open: () => new ObservedLabelReader(new LabelSets("length", refusals, []), memory) };
}

test("labels that were read before are the same label set, for every instrument and in any order of keys", () => {
  const { open } = labels();
  const [one, other] = [open(), open()];
  const set = one.read({ queue: "emails", state: "ready" });
  expect(set.text).toBe('queue="emails",state="ready"');
  expect(one.read({ queue: "emails", state: "ready" })).toBe(set);
  expect(other.read({ queue: "emails", state: "ready" })).toBe(set);
  expect(one.read({ state: "ready", queue: "emails" }).text).toBe(set.text);
  expect(one.read({ queue: "emails", state: "active" }).text).toBe('queue="emails",state="active"');
  expect(one.read({ queue: "emails" }).text).toBe('queue="emails"');
  expect(one.read({ queue: "emails", state: "ready" })).toBe(set);
});

test("values that are no text, too long, empty or not there are read each time as the first time", () => {
  const reader = labels().open();
  for (let time = 0; time < 3; time++) {
    expect(reader.read({ queue: "x".repeat(200), state: "ready" }).values).toEqual(["x".repeat(128), "ready"]);
    expect(reader.read({ queue: 7, state: "ready" }).text).toBe('queue="7",state="ready"');
    expect(reader.read({ queue: "7", state: "ready" }).text).toBe('queue="7",state="ready"');
    expect(reader.read({ queue: "", state: "ready" }).text).toBe('state="ready"');
    expect(reader.read({ queue: undefined, state: "ready" }).text).toBe('state="ready"');
    expect(reader.read({}).text).toBe("");
    expect(reader.read(undefined).text).toBe("");
  }
});

test("keys that come to one label never pass for each other", () => {
  const reader = labels().open();
  expect(reader.read({ "queue.name": "a" }).attributes).toEqual({ "queue.name": "a" });
  expect(reader.read({ queue_name: "a" }).attributes).toEqual({ queue_name: "a" });
  expect(reader.read({ "queue.name": "a" }).attributes).toEqual({ "queue.name": "a" });
});

test("attributes that throw when they are read cost the reader nothing", () => {
  const reader = labels().open();
  const set = reader.read({ queue: "emails" });
  const hostile = Object.defineProperty({}, "queue", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });
  expect(reader.read(hostile).text).toBe("");
  expect(reader.read(new Proxy({}, { ownKeys: () => ["queue", 7 as never] })).text).toBe("");
  expect(reader.read({ queue: "emails" })).toBe(set);
});

test("labels that are observed at each collection are kept, and others forgotten", () => {
  const { memory, open } = labels();
  const reader = open();
  const kept = reader.read({ queue: "kept" });
  const left = reader.read({ queue: "left" });
  for (let collection = 0; collection < COLLECTIONS_OF_TWO_TURNS; collection++) {
    memory.age();
    expect(reader.read({ queue: "kept" })).toBe(kept);
  }
  expect(reader.read({ queue: "left" })).not.toBe(left);
  expect(reader.read({ queue: "left" })).toEqual(left);
});

test("a flood of labels that never come back pushes out at most what is not in use", () => {
  const { open } = labels(100);
  const reader = open();
  const kept = reader.read({ queue: "kept" });
  const flood = reader.read({ queue: "flood 0" });
  for (let index = 1; index < 1000; index++) {
    reader.read({ queue: `flood ${index}` });
    if (index % 50 === 0) expect(reader.read({ queue: "kept" })).toBe(kept);
  }
  expect(reader.read({ queue: "flood 0" })).not.toBe(flood);
});
