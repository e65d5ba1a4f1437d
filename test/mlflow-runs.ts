/** A run as MLflow tells of it. */
export interface StoredRun {
  readonly info: {
    readonly run_id: string;
    readonly experiment_id: string;
    readonly run_name: string;
    readonly status: string;
    readonly start_time: number;
    readonly end_time: number;
  };
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A value of a metric at one step. */
export interface StoredStep {
  readonly step: number;
  readonly value: number;
  readonly timestamp: number;
}

interface Pair {
  readonly key: string;
  readonly value: string;
}

/** All runs of an experiment, by the job in their tags. @throws Error when a job has two. */
export async function storedRuns(url: string, experiment: string): Promise<ReadonlyMap<string, StoredRun>> {
  const found = await get<{ experiment: { experiment_id: string } }>(
    `${url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=${experiment}`,
  );
  const body = JSON.stringify({ experiment_ids: [found.experiment.experiment_id], max_results: 1_000 });
  const init = { method: "POST", headers: { "content-type": "application/json" }, body };
  const { runs = [] } = await get<{
    runs?: readonly { info: StoredRun["info"]; data: { params?: readonly Pair[]; tags?: readonly Pair[] } }[];
  }>(`${url}/api/2.0/mlflow/runs/search`, init);
  const byJob = new Map<string, StoredRun>();
  for (const { info, data } of runs) {
    const tags = asObject(data.tags);
    const job = tags.job ?? "";
    if (byJob.has(job)) throw new Error(`Job ${job} has two runs`);
    byJob.set(job, { info, params: asObject(data.params), tags });
  }
  return byJob;
}

/** A metric of a run, by its steps. */
export async function storedSteps(url: string, runId: string, metric: string): Promise<StoredStep[]> {
  const query = `run_id=${runId}&metric_key=${metric}&max_results=10000`;
  const { metrics = [] } = await get<{ metrics?: readonly StoredStep[] }>(
    `${url}/api/2.0/mlflow/metrics/get-history?${query}`,
  );
  return metrics.toSorted((left, right) => left.step - right.step);
}

async function get<Answer>(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`MLflow answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

function asObject(pairs: readonly Pair[] = []): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}
