import { contract } from "@taskvitals/core";
import type { MetricStore } from "./metric-store.ts";

/** What a store knows of a metric beside its series. */
export interface MetricMetadata {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}

const names: ReadonlySet<string> = new Set(Object.values(contract).map(({ name }) => name));

/** What a Prometheus knows of the metrics of the contract, by name. */
export async function metadata({ url }: MetricStore): Promise<MetricMetadata[]> {
  const response = await fetch(`${url}/api/v1/metadata`, { signal: AbortSignal.timeout(10_000) });
  const { data } = (await response.json()) as { data: Record<string, Omit<MetricMetadata, "name">[]> };
  return Object.entries(data)
    .filter(([name]) => names.has(name))
    .flatMap(([name, known]) => known.map(({ type, help }) => ({ name, type, help })))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
