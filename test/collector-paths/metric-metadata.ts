import { readFileSync } from "node:fs";
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

/** The units that a Collector's file exporter has written, by name of the metric of the contract. */
export function receivedUnits(path: string): ReadonlyMap<string, string> {
  const pushes = readFileSync(path, "utf8")
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as PushedMetrics);
  const metrics = pushes.flatMap(({ resourceMetrics }) =>
    resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics)),
  );
  return new Map(metrics.filter(({ name }) => names.has(name)).map(({ name, unit = "" }) => [name, unit]));
}

/** OTLP as JSON, as far as it is read here. */
interface PushedMetrics {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly { readonly name: string; readonly unit?: string }[];
    }[];
  }[];
}
