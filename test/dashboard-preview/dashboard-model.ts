import { readFileSync } from "node:fs";
import type { DashboardPanel, DashboardTarget, DashboardVariable } from "../grafana-dashboard.ts";

/** A Grafana dashboard file, as far as the preview draws it. */
export interface PreviewedDashboard {
  readonly title: string;
  readonly description?: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly links?: readonly { readonly title: string }[];
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly templating: { readonly list: readonly (DashboardVariable & { readonly label?: string })[] };
  readonly panels: readonly PreviewedPanel[];
}

/** An annotation query: each run of samples of a series is one event. */
export interface Annotation {
  readonly name: string;
  readonly enable: boolean;
  readonly iconColor: string;
  readonly expr?: string;
  readonly titleFormat?: string;
}

export interface PreviewedPanel extends Omit<DashboardPanel, "fieldConfig" | "targets"> {
  readonly targets?: readonly PreviewedTarget[];
  readonly fieldConfig?: { readonly defaults: FieldOptions; readonly overrides: readonly Override[] };
  readonly options?: PanelOptions;
  readonly transformations?: readonly Transformation[];
  readonly panels?: readonly PreviewedPanel[];
}

export interface PreviewedTarget extends DashboardTarget {
  readonly instant?: boolean;
  readonly format?: string;
}

/** The options of all panel types in one; each type reads its own. */
export interface PanelOptions {
  readonly colorMode?: string;
  readonly legend?: {
    readonly displayMode?: string;
    readonly showLegend?: boolean;
    readonly calcs?: readonly string[];
  };
  readonly sortBy?: readonly { readonly displayName: string; readonly desc?: boolean }[];
  readonly yAxis?: { readonly unit?: string };
  readonly cellValues?: { readonly unit?: string };
  readonly filterValues?: { readonly le?: number };
}

/** How the values of a field are shown. */
export interface FieldOptions {
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly noValue?: string;
  readonly color?: { readonly mode: string; readonly fixedColor?: string };
  readonly thresholds?: { readonly mode: string; readonly steps: readonly ThresholdStep[] };
  readonly mappings?: readonly ValueMapping[];
  readonly links?: readonly unknown[];
  readonly custom?: {
    readonly lineStyle?: { readonly fill: string; readonly dash?: readonly number[] };
    readonly thresholdsStyle?: { readonly mode: string };
    readonly cellOptions?: { readonly type: string };
    readonly width?: number;
    readonly minWidth?: number;
  };
}

/** From this value on, this colour. A null is the lowest. */
export interface ThresholdStep {
  readonly value: number | null;
  readonly color: string;
}

export interface ValueMapping {
  readonly type: string;
  readonly options: Readonly<Record<string, { readonly text?: string; readonly color?: string }>>;
}

export interface Override {
  readonly matcher: { readonly id: string; readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

export interface Transformation {
  readonly id: string;
  readonly options: {
    readonly excludeByName?: Readonly<Record<string, boolean>>;
    readonly indexByName?: Readonly<Record<string, number>>;
    readonly renameByName?: Readonly<Record<string, string>>;
  };
}

/** Reads a dashboard file. */
export function readPreviewedDashboard(path: string | URL): PreviewedDashboard {
  return JSON.parse(readFileSync(path, "utf8")) as PreviewedDashboard;
}
