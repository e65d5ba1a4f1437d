import { colorOf } from "./colors.ts";
import type { Annotation } from "./dashboard-model.ts";
import type { PictureEvent } from "./page/picture.ts";
import { type PrometheusAnswers, windowTimes } from "./prometheus-answers.ts";
import type { QueryWindow } from "./query-window.ts";
import { seriesName } from "./series-name.ts";

/** The events of an annotation query: samples of a series that follow each other without a gap are one event. */
export async function readEvents(
  { expr, iconColor, titleFormat, name, enable }: Annotation,
  prometheus: PrometheusAnswers,
  window: QueryWindow,
  chosen: (expr: string) => string,
): Promise<PictureEvent[]> {
  if (!enable || expr === undefined) return [];
  const times = windowTimes(window);
  const series = await prometheus.range(chosen(expr), window);
  return series.flatMap(({ metric, values }) => {
    const title = titleFormat === undefined ? name : seriesName(titleFormat, metric);
    const events: PictureEvent[] = [];
    values.forEach((value, index) => {
      if (value === null) return;
      const to = times[index] as number;
      const last = events.at(-1);
      if (last !== undefined && values[index - 1] !== null) events[events.length - 1] = { ...last, to };
      else events.push({ title, color: colorOf(iconColor), from: to, to });
    });
    return events;
  });
}
