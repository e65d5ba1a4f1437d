import { expect, it } from "vitest";
import { suggestion } from "../src/suggestion.ts";

const known = ["brokers", "queues", "tasks", "celeryEvents"];

it.each([
  ["queue", "queues"],
  ["quees", "queues"],
  ["celery_events", "celeryEvents"],
  ["CELERYEVENTS", "celeryEvents"],
  ["celery-event", "celeryEvents"],
  ["cel", "celeryEvents"],
])("%s is taken for a misspelled %s", (given, meant) => {
  expect(suggestion(given, known)).toBe(`Did you mean "${meant}"?`);
});

it.each(["endpoint", "c", ""])("%s is like nothing that is known", (given) => {
  expect(suggestion(given, known)).toBeUndefined();
});
