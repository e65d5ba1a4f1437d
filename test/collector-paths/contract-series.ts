import { contract, type InstrumentDefinition } from "@taskvitals/core";
import type { PrometheusSample } from "../services/index.ts";
import { type MetricStore, withPlainBound } from "./metric-store.ts";

/** The name and labels of a series, and its value. */
export type ContractSeries = readonly [series: string, value: number];

const instruments: readonly InstrumentDefinition[] = Object.values(contract);

/** Instruments whose value is another at every collection, and those that this application itself changes by being looked at. */
const MOVING: ReadonlySet<InstrumentDefinition> = new Set([
  contract.cpuPercent,
  contract.memoryGigabytes,
  contract.oldestActive,
  contract.queueOldestAge,
  contract.queueReadTimestamp,
  contract.brokerPing,
  contract.brokerMemory,
  contract.collectionSeconds,
]);

/** Name and labels of every series that exists. */
export async function allSeries(store: MetricStore, app: string): Promise<string[]> {
  return (await read(store, app, instruments)).map(([series]) => series);
}

/** The series that stand still while nothing happens, with their values. */
export function stillSeries(store: MetricStore, app: string): Promise<ContractSeries[]> {
  return read(
    store,
    app,
    instruments.filter((instrument) => !MOVING.has(instrument)),
  );
}

async function read(
  store: MetricStore,
  app: string,
  which: readonly InstrumentDefinition[],
): Promise<ContractSeries[]> {
  const names = which.flatMap(({ name, kind }) =>
    kind === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  );
  const samples = await store.query(`{__name__=~"${names.join("|")}",instance="${app}"}`);
  return samples.map((sample): ContractSeries => [seriesOf(sample), sample.value]).sort(([a], [b]) => (a < b ? -1 : 1));
}

function seriesOf({ metric }: PrometheusSample): string {
  const labels = Object.entries(withPlainBound(metric)).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return labels.sort().join(" ");
}
