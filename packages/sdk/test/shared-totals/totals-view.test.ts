import { type SharedTotals, SlotStoreError, slotSeries } from "@taskvitals/core";
import { createMeterProvider } from "@taskvitals/meter";
import { expect, test } from "vitest";
import { TotalsView } from "../../src/shared-totals/totals-view.ts";

const DONE = { name: "task_success_total", kind: "counter", bounds: [] } as const;
const OTHER = { name: "task_success_total", kind: "histogram", bounds: [1] } as const;

function totals(done: number): SharedTotals {
  const series = slotSeries(DONE, { task: "send", queue: "mails" });
  return { series: [{ series, cells: Float64Array.of(done) }], apart: [OTHER], processes: 2 };
}

function start(answers: readonly (() => Promise<SharedTotals | undefined>)[]) {
  const shown = createMeterProvider();
  const problems: string[] = [];
  const left = [...answers];
  const view = new TotalsView({
    exposer: { read: () => left.shift()?.() ?? expect.fail("one reading too many") },
    shown,
    described: new Map(),
    onProblem: (operation, message) => void problems.push(`${operation}: ${message}`),
  });
  return { view, problems, page: async () => (await shown.createExposition().render()).text() };
}

test("totals stand there as the contract names them, with the number of processes", async () => {
  const { view, page, problems } = start([async () => totals(5), async () => totals(6)]);
  expect(await view.refresh(1000)).toBeUndefined();
  expect(await view.refresh(1000)).toBeUndefined();
  expect(await page()).toBe(
    "# HELP task_success_total Tasks that ended in success\n# TYPE task_success_total counter\n" +
      'task_success_total{queue="mails",task="send"} 6\n' +
      "# HELP taskvitals_processes Processes that are alive and share their totals\n# TYPE taskvitals_processes gauge\n" +
      "taskvitals_processes 2\n",
  );
  // What is kept apart is said once.
  expect(problems).toEqual([expect.stringContaining("shared_totals: task_success_total has other bounds")]);
});

test("while totals are not known it says why, and a failure of the store is reported", async () => {
  const { view, problems } = start([
    async () => undefined,
    () => Promise.reject(new SlotStoreError("Redis is full.")),
    () => Promise.reject(new TypeError("redis://user:secret@host")),
    () => new Promise(() => {}),
  ]);
  expect(await view.refresh(1000)).toContain("a moment ago");
  expect(problems).toEqual([]);
  expect(await view.refresh(1000)).toBe("Redis is full.");
  expect(await view.refresh(1000)).toBe("(TypeError)");
  expect(await view.refresh(20)).toBe("no answer within 20 ms");
  expect(problems).toHaveLength(3);
  expect(problems.join()).not.toContain("secret");
});

test("an answer that comes after a later one shows nothing older", async () => {
  const first = Promise.withResolvers<SharedTotals>();
  const { view, page } = start([() => first.promise, async () => totals(6)]);
  const early = view.refresh(1000);
  await view.refresh(1000);
  first.resolve(totals(5));
  expect(await early).toBeUndefined();
  expect(await page()).toContain('task_success_total{queue="mails",task="send"} 6\n');
});
