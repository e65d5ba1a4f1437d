import { fileURLToPath } from "node:url";
import { type MlflowSettings, readMlflowSettings } from "./mlflow-settings.ts";

/** What the environment of a process decides. */
export interface Settings {
  /** `REDIS_URL`: the broker. Default `redis://127.0.0.1:6379`. */
  readonly redisUrl: string;
  /** `HOST`: address the API listens on. Default 127.0.0.1. */
  readonly host: string;
  /** `PORT` of the API. Default 8000. */
  readonly port: number;
  /** `WORKER_CONCURRENCY`: jobs a worker runs at once. Default 1. */
  readonly concurrency: number;
  /** `CHECKPOINT_FILE`: the base model; trained at first start when it is not there. */
  readonly checkpointFile: string;
  /** Where training runs are logged; undefined where `MLFLOW_TRACKING_URI` is not set. */
  readonly mlflow: MlflowSettings | undefined;
}

/** @throws RangeError naming the variable that holds something else than a whole number in its range, or than an address. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  return {
    redisUrl: variables.REDIS_URL || "redis://127.0.0.1:6379",
    host: variables.HOST || "127.0.0.1",
    port: wholeNumber("PORT", variables.PORT || "8000", 65_535),
    concurrency: wholeNumber("WORKER_CONCURRENCY", variables.WORKER_CONCURRENCY || "1", 1_000),
    checkpointFile: variables.CHECKPOINT_FILE || fileURLToPath(new URL(".tmp/spam.checkpoint", import.meta.url)),
    mlflow: readMlflowSettings(variables),
  };
}

function wholeNumber(name: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 1 && value <= most) return value;
  throw new RangeError(`${name} is ${JSON.stringify(text)}; expected a whole number from 1 to ${most}`);
}
