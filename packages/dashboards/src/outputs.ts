import { taskDashboard } from "./dashboard.ts";
import { metricsPage } from "./metrics-page.ts";
import { operationsDashboard } from "./operations/operations-dashboard.ts";
import { ruleFiles } from "./rule-files.ts";
import { thresholdsFile } from "./thresholds-file.ts";
import { thresholdsJsonSchema } from "./thresholds-schema.ts";

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
    { path: "grafana/dashboard.json", content: () => json(taskDashboard()) },
    { path: "grafana/operations.json", content: () => json(operationsDashboard("en")) },
    { path: "grafana/operations.zh-TW.json", content: () => json(operationsDashboard("zh-TW")) },
    { path: "docs/metrics.md", content: metricsPage },
    ...ruleFiles().map(({ content, name }) => ({ path: `prometheus/rules/${name}`, content })),
    { path: "prometheus/thresholds.yml", content: thresholdsFile },
    { path: "prometheus/thresholds.schema.json", content: () => json(thresholdsJsonSchema()) },
  ];
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
