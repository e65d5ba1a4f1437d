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
}

/** What keeps the totals of vital signs, and one source, which says that it is at `position`. */
async function keepingOf(position: unknown): Promise<Kept> {
  const { scrape, vitals } = await startVitals({ runtimeMetrics: false });
  const warnings: string[] = [];
  const started: unknown[] = [];
  const key = "celery:default";
  const source = { key, position: () => position, shutdown: async () => {} };
  const start = async (kept: unknown): Promise<typeof source> => {
    started.push(kept);
    return source;
  };
  const sources = new EventSources([{ key, start }]);
  const keeping = new TotalsKeeping({ vitals, sources, warn: (message) => warnings.push(message) });
  return { keeping, scrape, started, vitals, warnings };
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
