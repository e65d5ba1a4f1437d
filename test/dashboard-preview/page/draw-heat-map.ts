import { clockText, clockTicks } from "./clock-text.ts";
import { element } from "./element.ts";
import type { HeatMapBody } from "./picture.ts";

const AXIS_WIDTH = 60;
const AXIS_HEIGHT = 20;
/** Room for half a time at the right end. */
const MARGIN = 18;

/** Cells by time and bucket, the darker the fewer, in a box that is already on the page. */
export function drawHeatMap(body: HeatMapBody, span: { from: number; to: number }, box: HTMLElement): void {
  const plot = element("div", { class: "plot" });
  const scale = element(
    "div",
    { class: "legend" },
    element("span", { text: "0 " }),
    element("span", {
      style: {
        display: "inline-block",
        width: "160px",
        height: "8px",
        background: `linear-gradient(to right, ${[0.02, 0.25, 0.5, 0.75, 1].map(heat).join(", ")})`,
      },
    }),
    element("span", { text: ` ${body.highestText}` }),
  );
  box.append(plot, scale);
  const [width, height] = [plot.clientWidth, plot.clientHeight];
  const canvas = element("canvas");
  canvas.width = width;
  canvas.height = height;
  plot.append(canvas);
  const context = canvas.getContext("2d");
  if (context !== null) paint(context, body, span, width - AXIS_WIDTH - MARGIN, height - AXIS_HEIGHT);
}

function paint(
  context: CanvasRenderingContext2D,
  { times, buckets, highest }: HeatMapBody,
  { from, to }: { from: number; to: number },
  width: number,
  height: number,
): void {
  const x = (time: number): number => AXIS_WIDTH + ((time - from) / (to - from)) * width;
  const rowHeight = height / buckets.length;
  const step = (times[1] ?? to) - (times[0] ?? from);
  buckets.forEach(({ counts }, row) => {
    const top = height - (row + 1) * rowHeight;
    counts.forEach((count, index) => {
      const time = times[index] as number;
      if (count === null) return;
      context.fillStyle = heat(count / highest);
      const left = Math.max(AXIS_WIDTH, x(time - step));
      context.fillRect(left, top, Math.max(1, x(time) - left - 1), Math.max(1, rowHeight - 1));
    });
  });
  context.fillStyle = "#9fa7b3";
  context.font = '12px Inter, "DejaVu Sans", sans-serif';
  context.textAlign = "right";
  context.textBaseline = "middle";
  // Each name is the upper end of its bucket; as many as find room.
  const each = Math.ceil(14 / rowHeight);
  buckets.forEach(({ name }, row) => {
    if (row % each === 0) context.fillText(name, AXIS_WIDTH - 6, height - (row + 0.5) * rowHeight);
  });
  context.textAlign = "center";
  for (const time of clockTicks(from, to, width / 72)) {
    context.fillText(clockText(time, to - from), x(time), height + 11);
  }
}

/** From nearly black over orange to nearly white, for a share of 0 to 1. */
function heat(share: number): string {
  return `hsl(${20 + 20 * share} 90% ${18 + 62 * share}%)`;
}
