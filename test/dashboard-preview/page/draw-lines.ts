import uPlot from "uplot";
import { clockText } from "./clock-text.ts";
import { element } from "./element.ts";
import type { Line, LinesBody } from "./picture.ts";
import { formatTick, isBinaryUnit } from "./value-format.ts";

const AXIS = {
  stroke: "#9fa7b3",
  grid: { stroke: "#24272c", width: 1 },
  ticks: { stroke: "#24272c", width: 1, size: 4 },
};
const FONT = '12px Inter, "DejaVu Sans", sans-serif';

/** Lines over time in a box that is already on the page, with the limits and the events behind them, and a legend below. */
export function drawLines(body: LinesBody, span: { from: number; to: number }, box: HTMLElement): void {
  const plot = element("div", { class: "plot" });
  box.append(plot, drawLegend(body));
  const { times, lines, format } = body;
  const options: uPlot.Options = {
    width: plot.clientWidth,
    height: plot.clientHeight,
    padding: [8, 18, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: { time: true, range: () => [span.from, span.to] },
      y: { range: (_, low, high) => valueRange(low, high, body) },
    },
    axes: [
      {
        ...AXIS,
        font: FONT,
        size: 24,
        space: 72,
        values: (_, ticks) => ticks.map((tick) => clockText(tick, span.to - span.from)),
      },
      {
        ...AXIS,
        font: FONT,
        // As wide as its longest text, so that none is cut.
        size: (_, texts) => 14 + 7 * Math.max(3, ...(texts ?? []).map((text) => text.length)),
        values: (_, ticks) => ticks.map((tick) => formatTick(tick, format.unit)),
        ...(isBinaryUnit(format.unit) && { incrs: Array.from({ length: 60 }, (_, power) => 2 ** (power - 20)) }),
        ...(format.decimals === 0 && { incrs: wholeSteps() }),
      },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, times.length))],
    hooks: { drawClear: [(u) => drawEvents(u, body)], draw: [(u) => drawLimits(u, body)] },
  };
  new uPlot(options, [[...times], ...lines.map(({ values }) => [...values])], plot);
}

function seriesOf({ color, dash, values }: Line, points: number): uPlot.Series {
  return {
    stroke: color,
    width: 1.5,
    ...(dash !== undefined && { dash: [...dash] }),
    spanGaps: false,
    points: {
      show: points < 30,
      size: 4,
      fill: color,
      // A value between two gaps has no line: without a point it would not be seen.
      filter: (_, __, show) =>
        show
          ? null
          : values.flatMap((value, at) =>
              value !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null ? [at] : [],
            ),
    },
  };
}

function valueRange(low: number, high: number, { min, max }: LinesBody): [number, number] {
  const bottom = min ?? low;
  if (max !== undefined) return [bottom, max];
  if (high <= bottom) return [bottom, bottom + 1];
  return [bottom, high + (high - bottom) * 0.1];
}

function wholeSteps(): number[] {
  return Array.from({ length: 15 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();
}

function drawEvents(u: uPlot, { events }: LinesBody): void {
  const { ctx, bbox } = u;
  for (const { from, to, color } of events) {
    const left = Math.max(bbox.left, u.valToPos(from, "x", true));
    const right = Math.min(bbox.left + bbox.width, u.valToPos(to, "x", true));
    ctx.save();
    ctx.globalAlpha = 0.04;
    ctx.fillStyle = color;
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.restore();
    for (const x of [left, right]) stroke(u, color, [x, bbox.top, x, bbox.top + bbox.height], [3, 3]);
  }
}

function drawLimits(u: uPlot, { limits }: LinesBody): void {
  const { bbox } = u;
  for (const { value, color } of limits) {
    const y = u.valToPos(value, "y", true);
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    stroke(u, color, [bbox.left, y, bbox.left + bbox.width, y], [8, 6]);
  }
}

function stroke(
  { ctx }: uPlot,
  color: string,
  [x1, y1, x2, y2]: [number, number, number, number],
  dash: number[],
): void {
  ctx.save();
  ctx.globalAlpha = 0.8;
  ctx.strokeStyle = color;
  ctx.lineWidth = 1;
  ctx.setLineDash(dash);
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
  ctx.restore();
}

function drawLegend({ lines, legend }: LinesBody): HTMLElement {
  const name = (line: Line): HTMLElement => {
    const swatch = element("span", {
      class: line.dash === undefined ? "swatch" : "swatch dashed",
      style: { "border-color": line.color },
    });
    return element("span", { title: line.name }, swatch, element("span", { text: line.name }));
  };
  if (legend.length === 0) {
    return element("div", { class: "legend" }, element("div", { class: "names" }, ...lines.map(name)));
  }
  const head = element(
    "tr",
    {},
    element("th", { text: "Name" }),
    ...legend.map((text) => element("th", { class: "numeric", text })),
  );
  const rows = lines.map((line) =>
    element(
      "tr",
      {},
      element("td", {}, name(line)),
      ...line.facts.map((text) => element("td", { class: "numeric", text })),
    ),
  );
  return element("div", { class: "legend" }, element("table", {}, head, ...rows));
}
