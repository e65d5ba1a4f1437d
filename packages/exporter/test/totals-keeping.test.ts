import type { TaskVitals } from "taskvitals";
import { expect, it } from "vitest";
import type { MetricsPage } from "../../sdk/test/metrics-page.ts";
import { startVitals } from "../../sdk/test/start-vitals.ts";
import { EventSources } from "../src/event-sources.ts";
import { TotalsKeeping } from "../src/totals-keeping.ts";

const train = { task: "train", queue: "gpu" };

interface Kept {
  readonly keeping: TotalsKeeping;
  readonly vitals: TaskVitals;
  readonly scrape: () => Promise<MetricsPage>;
  /** Positions at which sources were started. */
  readonly started: readonly unknown[];
  readonly warnings: readonly string[];
  readonly said: readonly string[];
  /** Lets the source know of events that it missed. */
  readonly miss: (count: number) => void;
}

/** What keeps the totals of vital signs, and one source, which says that it is at `position`. */
async function keepingOf(position: unknown): Promise<Kept> {
  const { scrape, vitals } = await startVitals({ runtimeMetrics: false });
  const warnings: string[] = [];
  const said: string[] = [];
  const started: unknown[] = [];
  const key = "celery:default";
  const source = { key, missed: 3, position: () => position, shutdown: async () => {} };
  const miss = (count: number): void => {
    source.missed += count;
  };
  const start = async (kept: unknown): Promise<typeof source> => {
    started.push(kept);
    return source;
  };
  const sources = new EventSources([{ key, start }]);
  const keeping = new TotalsKeeping({
    ...{ vitals, sources, settleMs: 50 },
    warn: (message) => warnings.push(message),
    info: (message) => said.push(message),
  });
  return { keeping, miss, said, scrape, started, vitals, warnings };
}

it("totals and positions go on together where they were kept", async () => {
  const first = await keepingOf({ at: 3 });
  await first.keeping.begin(undefined);
  first.vitals.tasks.record({ ...train, outcome: "success" });
  const kept = first.keeping.save();
  expect(TotalsKeeping.isReadable(kept)).toBe(true);

  const next = await keepingOf({ at: 4 });
  const begun = next.keeping.begin(kept);
  next.vitals.tasks.record({ ...train, outcome: "success" });
  await begun;
  expect((await next.scrape()).value("task_success_total", train)).toBe(2);
  expect([first.started, next.started]).toEqual([[undefined], [{ at: 3 }]]);
  expect(JSON.parse(next.keeping.save())).toMatchObject({ version: 2, positions: { "celery:default": { at: 4 } } });
  await next.keeping.end();
  expect(next.warnings).toEqual([]);
});

it.each(["", "{", "null", "[]", '{"version":1,"totals":[]}', '{"version":2,"totals":[]}'])(
  "%j is nothing to go on from: one warning, and all begins at 0",
  async (kept) => {
    const { keeping, started, warnings } = await keepingOf(undefined);
    expect(TotalsKeeping.isReadable(kept)).toBe(false);
    await keeping.begin(kept);
    expect(warnings).toEqual(["The totals that were kept cannot be read and begin at 0 again."]);
    expect(started).toEqual([undefined]);
  },
);

it.each([
  [2, "Of what happened before this start, 2 events were missed; they are counted as such."],
  [0, "Of what happened before this start, nothing is known to have been missed."],
])("says what it goes on from, and that %i events were missed meanwhile", async (count, told) => {
  const kept = JSON.stringify({ version: 2, totals: [], positions: { "celery:default": { at: 3 } } });
  const { keeping, miss, said } = await keepingOf(undefined);
  await keeping.begin(kept, new Date(0));
  miss(count);
  await expect.poll(() => said.length).toBe(2);
  expect(said).toEqual(["Goes on from the totals of 1970-01-01T00:00:00.000Z that an earlier start kept.", told]);
  await keeping.end();
});

it("says nothing of totals where none were kept", async () => {
  const { keeping, said } = await keepingOf(undefined);
  await keeping.begin(undefined);
  await keeping.end();
  expect(said).toEqual([]);
});
