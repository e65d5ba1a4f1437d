import type { FineTuneResult, FineTuning } from "./fine-tune.ts";
import type { TrainRequest } from "./train-request.ts";

/** What one training came to, as the worker saw it. Times are milliseconds since 1970. */
export interface Training {
  /** Id of the job. */
  readonly job: string;
  readonly request: TrainRequest;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Mean loss of each epoch that was gone through, also of a training that failed then. */
  readonly losses: readonly EpochLoss[];
  /** Undefined where it failed. */
  readonly result: FineTuneResult | undefined;
  /** Name of the error's class where it failed. */
  readonly errorType: string | undefined;
}

/** The end of an epoch. */
export interface EpochLoss {
  readonly loss: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Times a training by the monotonic clock and keeps what it comes to; what it throws is thrown again, after `ended` was called. */
export async function runTraining(
  job: string,
  request: TrainRequest,
  fineTune: FineTuning,
  ended: (training: Training, seconds: number) => void,
): Promise<FineTuneResult> {
  const startedAt = Date.now();
  const clock = performance.now();
  // The time of day may be set while it runs.
  const now = (): number => Math.round(startedAt + performance.now() - clock);
  const losses: EpochLoss[] = [];
  let result: FineTuneResult | undefined;
  let errorType: string | undefined;
  try {
    result = await fineTune(request, (loss) => losses.push({ loss, at: now() }));
    return result;
  } catch (error) {
    errorType = error instanceof Error ? error.name : "Error";
    throw error;
  } finally {
    const seconds = (performance.now() - clock) / 1000;
    ended({ job, request, startedAt, endedAt: now(), losses, result, errorType }, seconds);
  }
}
