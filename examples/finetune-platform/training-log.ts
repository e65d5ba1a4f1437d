import type { Meter } from "@opentelemetry/api";
import type { MlflowRun } from "./mlflow-client.ts";

/** What a training log is made of. */
export interface TrainingLogOptions {
  /** Logs one run and resolves with the address of its page. */
  readonly send: (run: MlflowRun, signal: AbortSignal) => Promise<string>;
  /** Told of each run that is logged; may reject. */
  readonly onLogged: (job: string, runUrl: string) => Promise<unknown>;
  /** Where the runs are counted, by `outcome`. */
  readonly meter: Meter;
  /** Takes a line when runs begin to be lost, and when they are logged again. */
  readonly warn: (line: string) => void;
}

/** All requests of one run together. */
const RUN_LIMIT_MS = 5_000;
/** Runs that wait for those before them; each holds its losses, at most a thousand. */
const MOST_WAITING = 100;
/** What is left at the end of the process. */
const CLOSE_LIMIT_MS = 2_000;

/**
 * Sends runs one after another, beside the jobs and never in their way: adding one takes no time, fails never, and a run that cannot be logged is lost
 * and counted. Nothing is sent twice, because a run that was created and not confirmed would be there twice.
 */
export class TrainingLog {
  readonly #options: TrainingLogOptions;
  readonly #runs;
  readonly #waiting: { readonly job: string; readonly run: MlflowRun }[] = [];
  readonly #closing = new AbortController();
  #sending: Promise<void> | undefined;
  #lostInARow = 0;

  constructor(options: TrainingLogOptions) {
    this.#options = options;
    this.#runs = options.meter.createCounter("finetune.mlflow.runs", {
      description: "Training runs that were to be logged to MLflow, by what became of them",
    });
    // Both are there before the first run.
    for (const outcome of ["logged", "lost"]) this.#runs.add(0, { outcome });
  }

  /** Adds a run; never throws. */
  add(job: string, run: MlflowRun): void {
    if (this.#closing.signal.aborted) this.#lost("the process is ending");
    else if (this.#waiting.length >= MOST_WAITING) this.#lost(`${MOST_WAITING} others are waiting`);
    else {
      this.#waiting.push({ job, run });
      this.#sending ??= this.#sendAll();
    }
  }

  /** Sends what is left for at most two seconds; the rest is lost and counted. Never rejects. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.#closing.abort(new Error("the process is ending")), CLOSE_LIMIT_MS);
    await this.#sending;
    clearTimeout(timer);
    this.#closing.abort();
  }

  async #sendAll(): Promise<void> {
    const ending = this.#closing.signal;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (ending.aborted) this.#lost("the process is ending");
      else await this.#send(next.job, next.run);
    }
    this.#sending = undefined;
  }

  async #send(job: string, run: MlflowRun): Promise<void> {
    const { send, onLogged } = this.#options;
    let runUrl: string;
    try {
      runUrl = await send(run, AbortSignal.any([this.#closing.signal, AbortSignal.timeout(RUN_LIMIT_MS)]));
    } catch (error) {
      this.#lost(reasonOf(error));
      return;
    }
    this.#logged();
    // Without it the run has a job, and the job no link.
    await onLogged(job, runUrl).catch(() => {});
  }

  #logged(): void {
    this.#runs.add(1, { outcome: "logged" });
    if (this.#lostInARow > 0) this.#options.warn(`MLflow: runs are logged again; ${this.#lostInARow} were lost`);
    this.#lostInARow = 0;
  }

  #lost(reason: string): void {
    this.#runs.add(1, { outcome: "lost" });
    this.#lostInARow += 1;
    if (this.#lostInARow === 1)
      this.#options.warn(`MLflow: a run could not be logged (${reason}); further ones are only counted`);
  }
}

/** fetch says "fetch failed" and has the reason below. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === "TimeoutError") return `no answer within ${RUN_LIMIT_MS / 1000} s`;
  const { code, message: below } = (cause ?? {}) as { code?: unknown; message?: unknown };
  return [code, below, message].find((reason) => typeof reason === "string") as string;
}
