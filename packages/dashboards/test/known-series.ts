import { contract, type InstrumentDefinition } from "@taskvitals/core";
import { EVENT_LOOP_DELAY_P99 } from "../src/runtime-metrics.ts";

const scraped: readonly string[] = ["job", "instance"];
const alerted: readonly string[] = ["task", "queue", "broker", "instrument", "operation"];

/**
 * Every series that may be named, with the labels that it has: those of the contract; what Prometheus makes itself (`up`, `ALERTS`); and what the Node.js
 * instrumentation is known to serve.
 */
export const KNOWN_SERIES: ReadonlyMap<string, readonly string[]> = new Map([
  ...(Object.values(contract) as readonly InstrumentDefinition[]).flatMap(seriesOf),
  ["up", scraped] as const,
  ["ALERTS", [...scraped, ...alerted, "alertname", "alertstate", "severity"]] as const,
  ...EVENT_LOOP_DELAY_P99.map((name) => [name, scraped] as const),
]);

function seriesOf({ name, kind, labels }: InstrumentDefinition): (readonly [string, readonly string[]])[] {
  const all = [...scraped, ...labels];
  if (kind !== "histogram") return [[name, all]];
  return [
    [`${name}_sum`, all],
    [`${name}_count`, all],
    [`${name}_bucket`, [...all, "le"]],
  ];
}
