import type { ValueFormat } from "./value-format.ts";

/** A dashboard with the answers to its queries, ready to be drawn: the page asks Prometheus nothing. */
export interface DashboardPicture {
  readonly title: string;
  readonly description: string;
  /** First and last moment, Unix seconds. */
  readonly from: number;
  readonly to: number;
  /** What is chosen, such as `Queue: All`. */
  readonly choices: readonly string[];
  /** Titles of its links. */
  readonly links: readonly string[];
  readonly panels: readonly PanelPicture[];
}

/** One panel at its place in a grid of 24 columns. */
export interface PanelPicture {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly place: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly body: PanelBody;
}

export type PanelBody =
  | { readonly kind: "row" }
  | { readonly kind: "empty"; readonly words: string }
  | { readonly kind: "error"; readonly message: string }
  | NumbersBody
  | BarsBody
  | TableBody
  | LinesBody
  | HeatMapBody
  | StatesBody;

/** Text in the colour of its threshold or mapping; without one, in that of plain text. */
export interface ColoredText {
  readonly text: string;
  readonly color?: string;
}

export interface NumbersBody {
  readonly kind: "numbers";
  /** `name` is empty where there is one number only. */
  readonly numbers: readonly { readonly name: string; readonly value: ColoredText }[];
}

export interface BarsBody {
  readonly kind: "bars";
  /** `share` is the length of the bar, 0 to 1. */
  readonly bars: readonly { readonly name: string; readonly value: ColoredText; readonly share: number }[];
}

export interface TableBody {
  readonly kind: "table";
  /** Pixels: `width` is fixed; without it, a column is at least `minWidth` wide and shares what is left. */
  readonly columns: readonly {
    readonly name: string;
    readonly numeric: boolean;
    readonly width?: number;
    readonly minWidth: number;
  }[];
  readonly rows: readonly (readonly (ColoredText & { readonly link?: boolean })[])[];
}

/** Lines over time. A null is a gap. */
export interface LinesBody {
  readonly kind: "lines";
  /** Unix seconds, one for each value of every line. */
  readonly times: readonly number[];
  readonly lines: readonly Line[];
  readonly format: ValueFormat;
  readonly min?: number;
  readonly max?: number;
  readonly limits: readonly { readonly value: number; readonly color: string }[];
  readonly events: readonly PictureEvent[];
  /** Titles of the columns after the name; none: names alone. */
  readonly legend: readonly string[];
}

export interface Line {
  readonly name: string;
  readonly color: string;
  readonly dash?: readonly number[];
  readonly values: readonly (number | null)[];
  /** What the legend says of it, by its columns. */
  readonly facts: readonly string[];
}

/** An annotation: from its first moment to its last, Unix seconds. */
export interface PictureEvent {
  readonly title: string;
  readonly color: string;
  readonly from: number;
  readonly to: number;
}

export interface HeatMapBody {
  readonly kind: "heat-map";
  readonly times: readonly number[];
  /** From the lowest bucket to the highest; a null is no cell. */
  readonly buckets: readonly { readonly name: string; readonly counts: readonly (number | null)[] }[];
  readonly highest: number;
  readonly highestText: string;
}

export interface StatesBody {
  readonly kind: "states";
  readonly from: number;
  readonly to: number;
  readonly rows: readonly {
    readonly name: string;
    readonly states: readonly (ColoredText & { readonly from: number; readonly to: number })[];
  }[];
}
