import { fileURLToPath } from "node:url";

/** What the environment decides. */
export interface Settings {
  /** `REDIS_URL`: the broker. Default: a `redis-server` of the example's own, on a free port. */
  readonly redisUrl: string | undefined;
  /** `ROUNDS` of tasks to send. Default 0: until Ctrl-C. */
  readonly rounds: number;
  /** `REPORT_SECONDS` until the report is due. Default 30. */
  readonly reportSeconds: number;
  /** `PYTHON_ENVIRONMENT`: a virtual environment that has what requirements.txt lists. Default: one is made in `.tmp`. */
  readonly pythonEnvironment: string | undefined;
  /** Where logs, ids of processes, and the virtual environment, go. */
  readonly folder: string;
}

/** @throws RangeError naming the variable that holds no whole number. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  return {
    redisUrl: variables.REDIS_URL || undefined,
    rounds: wholeNumber("ROUNDS", variables.ROUNDS || "0"),
    reportSeconds: wholeNumber("REPORT_SECONDS", variables.REPORT_SECONDS || "30"),
    pythonEnvironment: variables.PYTHON_ENVIRONMENT || undefined,
    folder: fileURLToPath(new URL(".tmp", import.meta.url)),
  };
}

function wholeNumber(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new RangeError(`${name} is ${JSON.stringify(text)}; expected a whole number`);
}
