import { recordingRules } from "@taskvitals/rules";
import type { MetricStore } from "./metric-store.ts";

/** Name and labels of every recorded series that a store has, sorted. */
export async function recordedAnswers(store: MetricStore): Promise<string[]> {
  const names = Object.values(recordingRules).map(({ name }) => name);
  const samples = await store.query(`{__name__=~"${names.join("|")}"}`);
  return samples.map(({ metric }) => JSON.stringify(Object.entries(metric).sort())).sort();
}
