import uPlot from "uplot";
import type { LiveHistory } from "../src/live-state.ts";
import { copyButton } from "./copy-button.ts";
import { type CurveData, curveData, lonePoints, summaryOf, valueText } from "./curve-data.ts";
import { element, setAttribute, setText } from "./element.ts";
import { DASH } from "./number-text.ts";
import type { Curve, Picture } from "./picture.ts";
import { shortRunbookLink } from "./runbook-link.ts";
import type { Voice } from "./voice.ts";

/** What the curves are about at most, in seconds. */
const SPAN_SECONDS = 900;
/** And at least: a process that has just begun would draw a dot. */
const LEAST_SPAN_SECONDS = 120;
/** Below this span the times of the axis have seconds. */
const SHORT_SPAN_SECONDS = 240;
const HEIGHT = 140;
const FONT = "11px system-ui, sans-serif";

/** One picture on the page: title, curves, what they are called with their last values, the queries and the runbook. */
export class Chart {
  /** What is put on the page. */
  readonly root: HTMLElement;
  readonly #picture: Picture;
  readonly #voice: Voice;
  readonly #plot: HTMLElement = element("div", { class: "plot", attributes: { role: "img" } });
  readonly #values: readonly HTMLElement[];
  readonly #resizes: ResizeObserver;
  #uplot: uPlot | undefined;
  #data: CurveData = [[]];

  /** Draws nothing before {@link show}. */
  constructor(picture: Picture, voice: Voice) {
    this.#picture = picture;
    this.#voice = voice;
    this.#values = picture.curves.map(() => element("b", { text: DASH }));
    const title = voice.say(picture.title);
    const legend = picture.curves.map((curve, place) => this.#legendRow(curve, this.#values[place], title));
    const head = element("figcaption", {}, element("h3", { text: title }), shortRunbookLink(picture.alert, voice));
    this.root = element("figure", { class: "chart" }, head, this.#plot, element("ul", { class: "legend" }, ...legend));
    this.#resizes = new ResizeObserver(() => {
      const width = this.#plot.clientWidth;
      if (width > 0 && this.#uplot?.width !== width) this.#uplot?.setSize({ width, height: HEIGHT });
    });
    this.#resizes.observe(this.#plot);
  }

  /**
   * Draws a history; `undefined` draws that nothing is known.
   *
   * @param now - the right edge, in Unix seconds
   */
  show(history: LiveHistory | undefined, now: number): void {
    const { curves } = this.#picture;
    this.#data = curveData(history ?? { at: [], curves: {} }, curves);
    setAttribute(
      this.#plot,
      "aria-label",
      `${this.#voice.say(this.#picture.title)}. ${summaryOf(this.#picture, this.#data, this.#voice)}`,
    );
    this.#showValues(null);
    const data = this.#data as unknown as uPlot.AlignedData;
    if (this.#uplot === undefined) this.#uplot = this.#draw(data);
    else this.#uplot.setData(data, false);
    const known = now - (history?.at[0] ?? now - SPAN_SECONDS);
    const span = Math.min(SPAN_SECONDS, Math.max(LEAST_SPAN_SECONDS, known));
    this.#uplot.setScale("x", { min: now - span, max: now });
  }

  /** Takes it off the page. */
  remove(): void {
    this.#resizes.disconnect();
    this.#uplot?.destroy();
    this.root.remove();
  }

  #legendRow(curve: Curve, value: HTMLElement | undefined, title: string): HTMLElement {
    const name = this.#voice.say(curve.name);
    const swatch = element("i", { class: `swatch ink-${curve.ink}${curve.isDashed === true ? " dashed" : ""}` });
    return element(
      "li",
      {},
      swatch,
      `${name} `,
      value ?? "",
      copyButton(curve.query, `${title}, ${name}`, this.#voice),
    );
  }

  /** What the curves are at one place; at their ends where `place` is null. */
  #showValues(place: number | null): void {
    this.#values.forEach((node, curve) => {
      const values = (this.#data[curve + 1] ?? []) as readonly (number | null)[];
      const value = (place === null ? values.at(-1) : values[place]) ?? null;
      const time = place === null ? undefined : this.#data[0][place];
      const text = value === null ? DASH : valueText(value, this.#picture.write, this.#voice);
      setText(node, time === undefined ? text : `${text} (${this.#voice.numbers.clock(time)})`);
    });
  }

  #draw(data: uPlot.AlignedData): uPlot {
    const { curves, isBinary, top, write } = this.#picture;
    const { numbers } = this.#voice;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const axis = {
      stroke: color("--muted"),
      font: FONT,
      grid: { stroke: color("--line"), width: 1 },
      ticks: { show: false },
    };
    const options: uPlot.Options = {
      width: Math.max(120, this.#plot.clientWidth),
      height: HEIGHT,
      padding: [8, 8, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, points: { size: 6 } },
      scales: {
        x: { time: true, auto: false },
        y: { range: (_, __, high) => [0, top ?? (high > 0 ? high * 1.1 : 1)] },
      },
      axes: [
        {
          ...axis,
          size: 22,
          space: 72,
          values: (plot, ticks) => {
            const { min = 0, max = 0 } = plot.scales.x ?? {};
            const isShort = (max ?? 0) - (min ?? 0) < SHORT_SPAN_SECONDS;
            return ticks.map((tick) => (isShort ? numbers.clock(tick) : numbers.minute(tick)));
          },
        },
        {
          ...axis,
          space: 32,
          gap: 4,
          // As wide as its longest text, so that none is cut.
          size: (_, texts) => 12 + 6.5 * Math.max(3, ...(texts ?? []).map((text) => text.length)),
          values: (_, ticks) => ticks.map((tick) => write(tick, numbers)),
          ...(isBinary === true && { incrs: Array.from({ length: 40 }, (_, power) => 2 ** (power - 20)) }),
        },
      ],
      series: [{}, ...curves.map((curve) => seriesOf(curve, color(`--ink-${curve.ink}`)))],
      hooks: { setCursor: [(plot) => this.#showValues(plot.cursor.idx ?? null)] },
    };
    return new uPlot(options, data, this.#plot);
  }
}

function seriesOf({ isDashed }: Curve, stroke: string): uPlot.Series {
  return {
    stroke,
    width: 1.75,
    spanGaps: false,
    ...(isDashed === true && { dash: [6, 4] }),
    points: { show: true, size: 4, fill: stroke, filter: (plot, series) => lonePoints([...(plot.data[series] ?? [])]) },
  };
}
