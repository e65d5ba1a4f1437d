import { type Choices, interpolate } from "../grafana-dashboard.ts";
import type { PreviewedDashboard, PreviewedPanel } from "./dashboard-model.ts";
import { heatMapBody } from "./heat-map-body.ts";
import { linesBody } from "./lines-body.ts";
import { barsBody, numbersBody } from "./number-bodies.ts";
import type { DashboardPicture, PanelBody, PictureEvent } from "./page/picture.ts";
import { type PanelData, readPanelData } from "./panel-data.ts";
import { readEvents } from "./picture-events.ts";
import type { PrometheusAnswers } from "./prometheus-answers.ts";
import { queryWindow } from "./query-window.ts";
import { statesBody } from "./states-body.ts";
import { tableBody } from "./table-body.ts";
import type { TimeRange } from "./time-range.ts";

/** What a dashboard is looked at with. */
export interface PictureOptions {
  readonly range: TimeRange;
  /** Values of variables; the others are at "All". */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** Seconds between two scrapes, which Grafana has from its data source. */
  readonly scrapeSeconds: number;
}

/** Pixels that the page is wide, between its margins. */
const PAGE_WIDTH = 1248;
const COLUMNS = 24;

const bodies: Readonly<Record<string, (data: PanelData) => PanelBody>> = {
  timeseries: linesBody,
  stat: numbersBody,
  bargauge: barsBody,
  table: tableBody,
  heatmap: heatMapBody,
  "state-timeline": statesBody,
};

/**
 * Answers every query of a dashboard from Prometheus. A panel that cannot be answered or drawn becomes an error with the reason;
 * the others are drawn all the same.
 */
export async function takeDashboardPicture(
  dashboard: PreviewedDashboard,
  prometheus: PrometheusAnswers,
  { range, choices, scrapeSeconds }: PictureOptions,
): Promise<DashboardPicture> {
  const variables = dashboard.templating.list;
  const unknown = Object.keys(choices).filter((name) => !variables.some((variable) => variable.name === name));
  if (unknown.length > 0) throw new Error(`The dashboard has no variable "${unknown.join('", "')}"`);
  const filters = variables.filter(({ type }) => type === "query");
  const chosenValues: Choices = { ...Object.fromEntries(filters.map(({ name }) => [name, "All"])), ...choices };

  const windowOf = (width: number): { window: ReturnType<typeof queryWindow>; chosen: (expr: string) => string } => {
    const window = queryWindow(range, width, scrapeSeconds);
    return { window, chosen: (expr) => interpolate(expr, { ...chosenValues, ...window.builtIns }, variables) };
  };
  const whole = windowOf(PAGE_WIDTH);
  const events = await Promise.all(
    dashboard.annotations.list.map((annotation) => readEvents(annotation, prometheus, whole.window, whole.chosen)),
  );
  // Panels of a closed row are shown with the others: a preview that hides them would prove nothing about them.
  const panels = dashboard.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  return {
    title: dashboard.title,
    description: dashboard.description ?? "",
    ...range,
    choices: filters.map(({ name, label = name }) => {
      const choice = chosenValues[name] ?? "All";
      return `${label}: ${typeof choice === "string" ? choice : choice.join(" + ")}`;
    }),
    links: dashboard.links?.map(({ title }) => title) ?? [],
    panels: await Promise.all(
      panels.map(async (panel) => ({
        id: panel.id,
        title: panel.title,
        description: panel.description ?? "",
        place: panel.gridPos,
        body: await bodyOf(panel, prometheus, range, events.flat(), windowOf),
      })),
    ),
  };
}

async function bodyOf(
  panel: PreviewedPanel,
  prometheus: PrometheusAnswers,
  shown: TimeRange,
  events: readonly PictureEvent[],
  windowOf: (width: number) => Pick<Parameters<typeof readPanelData>[2], "window" | "chosen">,
): Promise<PanelBody> {
  if (panel.type === "row") return { kind: "row" };
  try {
    const draw = bodies[panel.type];
    if (draw === undefined) throw new Error(`The preview does not draw panels of the type "${panel.type}"`);
    const width = Math.floor((panel.gridPos.w / COLUMNS) * PAGE_WIDTH);
    const body = draw(await readPanelData(panel, prometheus, { ...windowOf(width), shown, events }));
    return isEmpty(body) ? { kind: "empty", words: panel.fieldConfig?.defaults.noValue ?? "No data" } : body;
  } catch (error) {
    return { kind: "error", message: (error as Error).message };
  }
}

function isEmpty(body: PanelBody): boolean {
  switch (body.kind) {
    case "numbers":
      return body.numbers.length === 0;
    case "bars":
      return body.bars.length === 0;
    case "table":
    case "states":
      return body.rows.length === 0;
    case "lines":
      return body.lines.length === 0;
    case "heat-map":
      return body.highest === 0;
    default:
      return false;
  }
}
