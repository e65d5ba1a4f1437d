import type { PrometheusSample } from "../services/index.ts";
import { instantQuery } from "../services/prometheus-api.ts";
import type { QueryWindow } from "./query-window.ts";

/** One series over time, with a null where Prometheus has nothing. */
export interface RangeSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (number | null)[];
}

/** What the preview asks Prometheus. */
export interface PrometheusAnswers {
  /** The samples at a moment. */
  instant(expr: string, time: number): Promise<PrometheusSample[]>;
  /** The series over a window, with a value or a null for each of {@link windowTimes}. */
  range(expr: string, window: QueryWindow): Promise<RangeSeries[]>;
}

/** The moments of a window, Unix seconds. */
export function windowTimes({ from, to, step }: QueryWindow): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

/** Asks the Prometheus at `url`. Its refusals are errors with its own words. */
export function prometheusAnswers(url: string): PrometheusAnswers {
  return {
    instant: (expr, time) => instantQuery(url, expr, time),
    range: (expr, window) => rangeQuery(url, expr, window),
  };
}

async function rangeQuery(url: string, expr: string, window: QueryWindow): Promise<RangeSeries[]> {
  const { from, to, step } = window;
  const body = new URLSearchParams({ query: expr, start: String(from), end: String(to), step: String(step) });
  const response = await fetch(`${url}/api/v1/query_range`, {
    method: "POST",
    body,
    signal: AbortSignal.timeout(30_000),
  });
  const answer = (await response.json()) as { status: string; error?: string; data?: { result: RangeResult[] } };
  if (answer.data === undefined) throw new Error(`Prometheus refused \`${expr}\`: ${answer.error}`);
  const times = windowTimes(window);
  return answer.data.result.map(({ metric, values }) => {
    const known = new Map(values);
    return { metric, values: times.map((time) => finite(known.get(time))) };
  });
}

interface RangeResult {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** A line cannot show NaN or infinity: a gap there as well. */
function finite(text: string | undefined): number | null {
  const value = Number(text ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}
