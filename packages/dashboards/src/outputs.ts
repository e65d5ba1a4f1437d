import { taskDashboard } from "./dashboard.ts";
import { metricsPage } from "./metrics-page.ts";

/** A committed file that is derived from the contract. */
export interface Output {
  /** Path from the root of the repository. */
  readonly path: string;
  /** The whole content, the same on every call. */
  content(): string;
}

/** Every file that `npm run generate` writes. */
export function outputs(): readonly Output[] {
  return [
    { path: "grafana/dashboard.json", content: () => `${JSON.stringify(taskDashboard(), null, 2)}\n` },
    { path: "docs/metrics.md", content: metricsPage },
  ];
}
