import { expect, it } from "vitest";
import type { EventSource } from "../src/event-source.ts";
import { EventSources } from "../src/event-sources.ts";

/** A source that counts from where the one before it was. */
class Counting implements EventSource {
  readonly key: string;
  count: number;
  ended = false;
  readonly missed = 0;

  constructor(key: string, kept: unknown) {
    this.key = key;
    this.count = Number(kept ?? 0);
  }

  position(): unknown {
    return this.count;
  }

  async shutdown(): Promise<void> {
    // What was on its way.
    this.count += 1;
    this.ended = true;
  }
}

it("each source starts where it was, and where all are is known from then on and after their end", async () => {
  const started: Counting[] = [];
  const both = new EventSources(
    ["celery:default", "bullmq:jobs"].map((key) => ({
      key,
      start: async (kept) => {
        const source = new Counting(key, kept);
        started.push(source);
        return source;
      },
    })),
  );
  const starting = both.start({ "celery:default": 5, "celery:gone": 7 });
  expect(both.positions()).toEqual({ "celery:default": 5 });
  await starting;
  expect(both.positions()).toEqual({ "celery:default": 5, "bullmq:jobs": 0 });
  for (const source of started) source.count += 2;
  expect(both.positions()).toEqual({ "celery:default": 7, "bullmq:jobs": 2 });
  await both.stop();
  expect(started.map(({ ended }) => ended)).toEqual([true, true]);
  expect(both.positions()).toEqual({ "celery:default": 8, "bullmq:jobs": 3 });
  await both.start(both.positions());
  expect(both.positions()).toEqual({ "celery:default": 8, "bullmq:jobs": 3 });
});

it("where one can not start none runs, and what was kept is not forgotten", async () => {
  const first = new Counting("celery:default", 5);
  const failing = new EventSources([
    { key: first.key, start: async () => first },
    { key: "bullmq:jobs", start: () => Promise.reject(new Error("no")) },
  ]);
  await expect(failing.start({ "celery:default": 5, "bullmq:jobs": "17-0" })).rejects.toThrow("no");
  expect(first.ended).toBe(true);
  expect(failing.positions()).toEqual({ "celery:default": 6, "bullmq:jobs": "17-0" });
});
