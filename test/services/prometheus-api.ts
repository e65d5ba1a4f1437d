/** One series of an instant query's answer. */
export interface PrometheusSample {
  /** Its labels, `__name__` included where the expression kept it. */
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One scrape target as Prometheus sees it. */
export interface PrometheusTarget {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
  readonly health: "up" | "down" | "unknown";
  /** Why the last scrape failed; empty when it did not. */
  readonly lastError: string;
}

/** Evaluates `expr` at `time` (Unix seconds, default now) through the HTTP API; a scalar is one sample without labels. */
export async function instantQuery(url: string, expr: string, time?: number): Promise<PrometheusSample[]> {
  const parameters = new URLSearchParams({ query: expr, ...(time === undefined ? {} : { time: String(time) }) });
  const { resultType, result } = (await get(`${url}/api/v1/query?${parameters}`, expr)) as {
    resultType: string;
    result: unknown;
  };
  if (resultType === "scalar") return [{ metric: {}, value: sampleValue((result as [number, string])[1]) }];
  if (resultType !== "vector") throw new Error(`Query \`${expr}\` gave a ${resultType}; expected a vector or a scalar`);
  return (result as { metric: Record<string, string>; value: [number, string] }[]).map(({ metric, value }) => ({
    metric,
    value: sampleValue(value[1]),
  }));
}

/** The targets that Prometheus scrapes now. */
export async function activeTargets(url: string): Promise<PrometheusTarget[]> {
  const { activeTargets } = (await get(`${url}/api/v1/targets?state=active`, "targets")) as {
    activeTargets: PrometheusTarget[];
  };
  return activeTargets.map(({ labels, scrapeUrl, health, lastError }) => ({ labels, scrapeUrl, health, lastError }));
}

async function get(url: string, what: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const body = (await response.json()) as { status: string; data: unknown; error?: string };
  if (body.status !== "success") throw new Error(`Prometheus refused \`${what}\`: ${body.error}`);
  return body.data;
}

function sampleValue(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  return Number(text);
}
