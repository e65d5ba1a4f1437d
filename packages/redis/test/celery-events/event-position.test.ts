import { expect, it } from "vitest";
import { type EventPosition, readPosition, writePosition } from "../../src/celery-events/event-position.ts";

const position: EventPosition = {
  missed: 3,
  workers: new Map([
    ["12 one@host", { accounted: 5, announces: true }],
    ["12 two@host", { accounted: 0, announces: false }],
  ]),
};

it("a position survives JSON", () => {
  expect(readPosition(JSON.parse(JSON.stringify(writePosition(position))))).toEqual(position);
});

it.each([[undefined], [null], [7], ["x"], [[]], [{}], [{ version: 2, missed: 3 }]])(
  "%j is no position: nothing is known",
  (kept) => {
    expect(readPosition(kept)).toEqual({ missed: 0, workers: new Map() });
  },
);

it("of a position that is damaged, what can be read is", () => {
  const workers = { "1 a": { accounted: 2, announces: "yes" }, "2 b": { accounted: -1 }, "3 c": null };
  expect(readPosition({ version: 1, missed: 0.5, workers })).toEqual({
    missed: 0,
    workers: new Map([["1 a", { accounted: 2, announces: false }]]),
  });
});
