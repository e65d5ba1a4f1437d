import { expect, test } from "vitest";
import type { PreviewedPanel } from "./dashboard-model.ts";
import type { TargetAnswer } from "./panel-data.ts";
import { tableBody } from "./table-body.ts";

const DATASOURCE = { type: "prometheus", uid: "test" };

function answer(refId: string, values: Record<string, number>): TargetAnswer {
  return {
    target: { refId, expr: "", legendFormat: "", instant: true, datasource: DATASOURCE },
    samples: Object.entries(values).map(([queue, value]) => ({ metric: { queue }, value })),
    series: [],
  };
}

function table(panel: Partial<PreviewedPanel>, answers: TargetAnswer[]) {
  const gridPos = { x: 0, y: 0, w: 24, h: 8 };
  const body = tableBody({
    panel: { id: 1, type: "table", title: "Queues", gridPos, ...panel },
    shown: { from: 0, to: 60 },
    times: [],
    events: [],
    answers,
  });
  if (body.kind !== "table") throw new Error(`expected a table, got ${body.kind}`);
  return { columns: body.columns.map(({ name }) => name), rows: body.rows.map((row) => row.map(({ text }) => text)) };
}

const organize = {
  id: "organize",
  options: {
    excludeByName: { Time: true },
    indexByName: { queue: 1, "Value #A": 2, "Value #B": 3 },
    renameByName: { queue: "Queue", "Value #A": "Ready", "Value #B": "Workers" },
  },
};

test("queries of the same labels share a row, and a query without an answer is a column without values", () => {
  const fieldConfig = { defaults: { noValue: "–" }, overrides: [] };
  const transformations = [{ id: "merge", options: {} }, organize];
  expect(
    table({ fieldConfig, transformations }, [answer("A", { mail: 3, train: 1 }), answer("B", { train: 2 })]),
  ).toEqual({
    columns: ["Queue", "Ready", "Workers"],
    rows: [
      ["mail", "3", "–"],
      ["train", "1", "2"],
    ],
  });
  expect(table({ fieldConfig, transformations }, [answer("A", { mail: 3 }), answer("B", {})]).rows).toEqual([
    ["mail", "3", "–"],
  ]);
});

test("an override finds its column by the name that is shown", () => {
  const override = { matcher: { id: "byName", options: "Ready" }, properties: [{ id: "unit", value: "s" }] };
  const fieldConfig = { defaults: { unit: "short" }, overrides: [override] };
  const { rows } = table({ fieldConfig, transformations: [{ id: "merge", options: {} }, organize] }, [
    answer("A", { train: 90 }),
    answer("B", { train: 90 }),
  ]);
  expect(rows).toEqual([["train", "1.50 min", "90"]]);
});

test("rows are sorted by the column that is shown", () => {
  const options = { sortBy: [{ displayName: "Value", desc: true }] };
  expect(table({ options }, [answer("A", { mail: 1, train: 5, report: 3 })]).rows.map(([queue]) => queue)).toEqual([
    "train",
    "report",
    "mail",
  ]);
});

test("what Grafana would do and the preview cannot is an error", () => {
  const override = { matcher: { id: "byRegexp", options: ".*" }, properties: [] };
  const answers = [answer("A", { train: 1 })];
  expect(() => table({ fieldConfig: { defaults: {}, overrides: [override] } }, answers)).toThrow('"byRegexp"');
  expect(() => table({ transformations: [{ id: "groupBy", options: {} }] }, answers)).toThrow('"groupBy"');
});
