/** What the environment decides, the same in every process. */
export interface Settings {
  /** `HOST`: address the workers listen on. Default 127.0.0.1. */
  readonly host: string;
  /** `PORT` of all workers together; 0 for any free one. Default 8000. */
  readonly port: number;
  /** `WORKERS`: processes that answer. Default 4. */
  readonly workers: number;
}

/** @throws RangeError naming the variable that holds something else than a whole number in its range. */
export function readSettings(variables: NodeJS.ProcessEnv): Settings {
  return {
    host: variables.HOST || "127.0.0.1",
    port: wholeNumber("PORT", variables.PORT || "8000", 0, 65_535),
    workers: wholeNumber("WORKERS", variables.WORKERS || "4", 1, 64),
  };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new RangeError(`${name} is ${JSON.stringify(text)}; expected a whole number from ${least} to ${most}`);
}
