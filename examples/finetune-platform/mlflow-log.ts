import type { Meter } from "@opentelemetry/api";
import { MlflowClient } from "./mlflow-client.ts";
import { mlflowRunOf } from "./mlflow-run.ts";
import type { MlflowSettings } from "./mlflow-settings.ts";
import { openTrainQueue } from "./train-queue.ts";
import type { Training } from "./training.ts";
import { TrainingLog } from "./training-log.ts";

/** Where the worker puts its trainings, for MLflow. */
export interface MlflowLog {
  /** Takes no time and never throws. */
  add(training: Training): void;
  /** Ends within about four seconds, also with an MLflow and a Redis that do not answer. Never rejects. */
  close(): Promise<void>;
}

/**
 * Logs trainings to MLflow after they have ended, and writes the address of each run to its job: as the job's progress, which, unlike its result, may be
 * written when the job is over and also when it failed. The connection is one of its own, and without an MLflow there is none.
 */
export function openMlflowLog(settings: MlflowSettings, redisUrl: string, meter: Meter): MlflowLog {
  const client = new MlflowClient(settings);
  const train = openTrainQueue(redisUrl);
  const log = new TrainingLog({
    send: (run, signal) => client.log(run, signal),
    onLogged: async (job, runUrl) => train.queue().updateJobProgress(job, { runUrl }),
    meter,
    warn: (line) => console.error(line),
  });
  return {
    add: (training) => log.add(training.job, mlflowRunOf(training, settings.dashboardUrl)),
    async close() {
      await log.close();
      await train.close().catch(() => {});
    },
  };
}
