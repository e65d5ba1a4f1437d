import type { MlflowSettings } from "./mlflow-settings.ts";

/** A number of a run at one of its steps. */
export interface MlflowMetric {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly step: number;
}

/** A run that has ended. Times are milliseconds since 1970. */
export interface MlflowRun {
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly status: "FINISHED" | "FAILED";
  readonly params: Readonly<Record<string, string | number>>;
  readonly metrics: readonly MlflowMetric[];
  readonly tags: Readonly<Record<string, string>>;
}

/** MLflow takes a thousand entries in one request. */
const METRICS_PER_REQUEST = 500;

/** Logs runs over MLflow's REST API 2.0. */
export class MlflowClient {
  readonly #settings: MlflowSettings;
  #experimentId: string | undefined;

  constructor(settings: MlflowSettings) {
    this.#settings = settings;
  }

  /**
   * Creates a run and fills it.
   *
   * @returns where its page is in MLflow's UI
   * @throws Error that says what MLflow answered, without the address and the credentials
   */
  async log(run: MlflowRun, signal: AbortSignal): Promise<string> {
    this.#experimentId ??= await this.#openExperiment(signal);
    const experimentId = this.#experimentId;
    const runId = await this.#createRun(experimentId, run, signal);
    const params = Object.entries(run.params).map(([key, value]) => ({ key, value: String(value) }));
    const metrics = run.metrics.map((metric) => ({ ...metric, value: numberInJson(metric.value) }));
    for (let start = 0; start === 0 || start < metrics.length; start += METRICS_PER_REQUEST) {
      const part = { ...(start === 0 && { params }), metrics: metrics.slice(start, start + METRICS_PER_REQUEST) };
      await this.#call("runs/log-batch", signal, { run_id: runId, ...part });
    }
    await this.#call("runs/update", signal, { run_id: runId, status: run.status, end_time: run.endTime });
    return `${this.#settings.uiUrl}/#/experiments/${experimentId}/runs/${runId}`;
  }

  async #createRun(experimentId: string, run: MlflowRun, signal: AbortSignal): Promise<string> {
    const tags = Object.entries(run.tags).map(([key, value]) => ({ key, value }));
    const body = { experiment_id: experimentId, run_name: run.name, start_time: run.startTime, tags };
    try {
      const answer = (await this.#call("runs/create", signal, body)) as {
        run?: { info?: { run_id?: unknown } };
      } | null;
      return idIn(answer?.run?.info?.run_id);
    } catch (error) {
      // It may have been deleted: look for it again.
      this.#experimentId = undefined;
      throw error;
    }
  }

  async #openExperiment(signal: AbortSignal): Promise<string> {
    const name = this.#settings.experiment;
    const find = async (): Promise<string> => {
      const answer = await this.#call(`experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`, signal);
      return idIn((answer as { experiment?: { experiment_id?: unknown } } | null)?.experiment?.experiment_id);
    };
    try {
      return await find();
    } catch (error) {
      if (!isCode(error, "RESOURCE_DOES_NOT_EXIST")) throw error;
    }
    try {
      const answer = await this.#call("experiments/create", signal, { name });
      return idIn((answer as { experiment_id?: unknown } | null)?.experiment_id);
    } catch (error) {
      // Another worker was faster.
      if (isCode(error, "RESOURCE_ALREADY_EXISTS")) return find();
      throw error;
    }
  }

  async #call(path: string, signal: AbortSignal, body?: object): Promise<unknown> {
    const { trackingUrl, authorization } = this.#settings;
    const response = await fetch(`${trackingUrl}/api/2.0/mlflow/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // The page for logging in that a proxy sends to is no answer, and must not get the credentials.
      redirect: "error",
      signal,
    });
    const text = await response.text();
    const answer = parsed(text);
    if (response.ok && answer !== undefined) return answer;
    const code = (answer as { error_code?: unknown } | null | undefined)?.error_code;
    const said = typeof code === "string" && /^\w{1,100}$/.test(code) ? code : "";
    throw new MlflowError(response.status, said, answer === undefined ? "no JSON" : said);
  }
}

/** MLflow refused, or something else answered in its place. */
class MlflowError extends Error {
  override readonly name = "MlflowError";
  readonly code: string;

  constructor(status: number, code: string, what: string) {
    super(`HTTP status ${status}${what && `, ${what}`}`);
    this.code = code;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof MlflowError && error.code === code;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Ids become a part of addresses. */
function idIn(value: unknown): string {
  if (typeof value === "string" && /^[\w-]{1,256}$/.test(value)) return value;
  throw new Error("an answer without the id that it should have");
}

/** JSON has no word for these; MLflow takes Protocol Buffers' words. */
function numberInJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
