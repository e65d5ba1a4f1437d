import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { PanelPhrase, Phrase, Translate } from "../phrases/phrase.ts";

/** One question of the dashboard, with the panels that answer it. */
export interface DashboardRow {
  /** The question. */
  readonly title: Phrase;
  /** Height of all its panels together, in units of the grid. */
  readonly height: number;
  /** The panels; the topmost stands at row `y` of the grid. */
  panels(translate: Translate, y: number): Builder<Panel>[];
}

/** Heading and description of a panel in one language. */
export function panelText(
  translate: Translate,
  { title, about }: PanelPhrase,
): { readonly title: string; readonly description: string } {
  return { title: translate(title), description: translate(about) };
}
