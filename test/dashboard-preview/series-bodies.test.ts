import { describe, expect, test } from "vitest";
import type { PreviewedPanel } from "./dashboard-model.ts";
import { heatMapBody } from "./heat-map-body.ts";
import { linesBody } from "./lines-body.ts";
import type { PanelData } from "./panel-data.ts";
import { readEvents } from "./picture-events.ts";
import { queryWindow } from "./query-window.ts";
import { statesBody } from "./states-body.ts";

type Values = readonly (number | null)[];

/** A panel over the moments 0, 10, 20, 30 with these series. */
function dataOf(
  panel: Partial<PreviewedPanel>,
  series: { metric: Record<string, string>; values: Values }[],
): PanelData {
  const target = { refId: "A", expr: "", legendFormat: "{{queue}}", datasource: { type: "prometheus", uid: "test" } };
  return {
    panel: { id: 1, type: "any", title: "Any", gridPos: { x: 0, y: 0, w: 12, h: 8 }, ...panel },
    shown: { from: 0, to: 30 },
    times: [0, 10, 20, 30],
    events: [],
    answers: [{ target, samples: [], series }],
  };
}

describe("lines", () => {
  test("a gap stays a gap, and a series of gaps is no line", () => {
    const body = linesBody(
      dataOf({}, [
        { metric: { queue: "train" }, values: [1, null, 3, 4] },
        { metric: { queue: "mail" }, values: [null, null, null, null] },
      ]),
    );
    expect(body).toMatchObject({ lines: [{ name: "train", values: [1, null, 3, 4] }] });
  });

  test("thresholds are lines in their colours where the panel wants them", () => {
    const steps = [
      { value: null, color: "green" },
      { value: 5, color: "red" },
    ];
    const defaults = { thresholds: { mode: "absolute", steps } };
    const series = [{ metric: { queue: "train" }, values: [1, 2, 3, 4] }];
    const drawn = { ...defaults, custom: { thresholdsStyle: { mode: "dashed" } } };
    expect(linesBody(dataOf({ fieldConfig: { defaults: drawn, overrides: [] } }, series))).toMatchObject({
      limits: [{ value: 5, color: "#f2495c" }],
    });
    expect(linesBody(dataOf({ fieldConfig: { defaults, overrides: [] } }, series))).toMatchObject({ limits: [] });
  });

  test("the legend has the last value that is known, and the greatest", () => {
    const options = { legend: { displayMode: "table", calcs: ["lastNotNull", "max"] } };
    const body = linesBody(dataOf({ options }, [{ metric: { queue: "train" }, values: [7, 9, 2, null] }]));
    expect(body).toMatchObject({ legend: ["Last *", "Max"], lines: [{ facts: ["2", "9"] }] });
  });
});

test("a heat map shows what each bucket has for itself, from the lowest to +Inf", () => {
  const body = heatMapBody(
    dataOf({ options: { yAxis: { unit: "s" }, filterValues: { le: 1e-9 } } }, [
      { metric: { le: "+Inf" }, values: [10, 10, null, 3] },
      { metric: { le: "10" }, values: [8, 10, null, 1] },
      { metric: { le: "2.5" }, values: [5, 0, null, 1] },
    ]),
  );
  expect(body).toMatchObject({
    highest: 10,
    buckets: [
      { name: "2.5 s", counts: [5, null, null, 1] },
      { name: "10 s", counts: [3, 10, null, null] },
      { name: "∞", counts: [2, null, null, 2] },
    ],
  });
});

test("equal values that follow each other are one state, and a gap ends it", () => {
  const body = statesBody(dataOf({}, [{ metric: { queue: "train" }, values: [1, 1, null, 1] }]));
  expect(body).toMatchObject({ rows: [{ name: "train", states: [{ text: "1", from: 0, to: 20 }] }] });
  const changing = statesBody(dataOf({}, [{ metric: { queue: "train" }, values: [1, 0, 0, 1] }]));
  expect(changing).toMatchObject({ rows: [{ states: [{ to: 10 }, { text: "0", from: 10, to: 30 }] }] });
});

test("samples of an annotation that follow each other are one event", async () => {
  const window = queryWindow({ from: 0, to: 50 }, 5, 10);
  const series = [{ metric: { alertname: "Stuck" }, values: [1, 1, null, 1, null, null] }];
  const prometheus = { instant: async () => [], range: async () => series };
  const annotation = { name: "Alerts", enable: true, iconColor: "red", expr: "ALERTS", titleFormat: "{{alertname}}" };
  expect(await readEvents(annotation, prometheus, window, (expr) => expr)).toEqual([
    { title: "Stuck", color: "#f2495c", from: 0, to: 10 },
    { title: "Stuck", color: "#f2495c", from: 30, to: 30 },
  ]);
  expect(await readEvents({ ...annotation, enable: false }, prometheus, window, (expr) => expr)).toEqual([]);
});
