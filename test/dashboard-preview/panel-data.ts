import type { PrometheusSample } from "../services/index.ts";
import type { PreviewedPanel, PreviewedTarget } from "./dashboard-model.ts";
import type { PictureEvent } from "./page/picture.ts";
import { type PrometheusAnswers, type RangeSeries, windowTimes } from "./prometheus-answers.ts";
import type { QueryWindow } from "./query-window.ts";
import type { TimeRange } from "./time-range.ts";

/** What a panel is drawn from. */
export interface PanelData {
  readonly panel: PreviewedPanel;
  /** The whole time shown. */
  readonly shown: TimeRange;
  /** When its points are. */
  readonly times: readonly number[];
  /** The annotations of the dashboard. */
  readonly events: readonly PictureEvent[];
  /** Answers in the order of the queries. */
  readonly answers: readonly TargetAnswer[];
}

/** The answer to one query: `samples` where it is instant, else `series`. */
export interface TargetAnswer {
  readonly target: PreviewedTarget;
  readonly samples: readonly PrometheusSample[];
  readonly series: readonly RangeSeries[];
}

/** Asks every query of a panel. */
export async function readPanelData(
  panel: PreviewedPanel,
  prometheus: PrometheusAnswers,
  place: {
    readonly window: QueryWindow;
    readonly shown: TimeRange;
    readonly events: readonly PictureEvent[];
    /** Puts the chosen values into an expression. */
    readonly chosen: (expr: string) => string;
  },
): Promise<PanelData> {
  const { window, shown, events, chosen } = place;
  const answers = await Promise.all(
    (panel.targets ?? []).map(async (target): Promise<TargetAnswer> => {
      const expr = chosen(target.expr);
      return target.instant === true
        ? { target, samples: await prometheus.instant(expr, shown.to), series: [] }
        : { target, samples: [], series: await prometheus.range(expr, window) };
    }),
  );
  return { panel, shown, times: windowTimes(window), events, answers };
}
