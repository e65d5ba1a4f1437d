/** Where a panel stands on Grafana's grid, 24 columns wide. */
export interface PanelPlace {
  /** Column of the left edge, 0 to 23. */
  readonly x: number;
  /** Row of the upper edge. */
  readonly y: number;
  /** Width in columns. */
  readonly w: number;
  /** Height in grid units of about 30 pixels. */
  readonly h: number;
}
