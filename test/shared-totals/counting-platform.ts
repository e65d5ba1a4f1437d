import { fileURLToPath } from "node:url";
import { type RunningProcess, startProcess, waitUntil } from "../services/index.ts";

const script = fileURLToPath(new URL("counting-process.ts", import.meta.url));

/** What a counting process says after each step. */
export interface Said {
  /** Tasks that it has counted. */
  readonly recorded: number;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

/** A process that counts tasks. */
export interface CountingWorker {
  readonly name: string;
  readonly process: RunningProcess;
  /** What it has said until now, the oldest first. */
  said(): Said[];
  /** Tells it to count no more; answers how many tasks it has counted. */
  total(): Promise<number>;
}

/** A process that answers with the totals. */
export interface ShowingApi {
  readonly process: RunningProcess;
  /** Of `/metrics`. */
  readonly url: string;
}

/** Where the processes find their Redis. */
export type Connection = { readonly TEST_REDIS_URL: string } | { readonly TEST_SENTINELS: string };

/**
 * Starts a process that counts so many tasks a second.
 *
 * @param program - a copy of `counting-process.ts` beside another release of taskvitals. Default: with the one that was built here
 */
export async function startWorker(
  name: string,
  rate: number,
  connection: Connection,
  program?: string,
): Promise<CountingWorker> {
  const process = await start({ ...connection, TEST_NAME: name, TEST_RATE: String(rate) }, program);
  const lines = (): Partial<Said & { final: number }>[] => {
    const whole = process.output().split("\n").slice(0, -1);
    return whole.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  };
  return {
    name,
    process,
    said: () => lines().filter((line) => line.recorded !== undefined) as Said[],
    async total() {
      process.kill("SIGUSR2");
      const what = `worker ${name} to stop counting`;
      const last = await waitUntil(() => lines().find(({ final }) => final !== undefined), { what });
      return last.final as number;
    },
  };
}

/**
 * Starts a process that answers with the totals; with a namespace of its own, they are also on `/metrics` when it is its turn.
 *
 * @param program - as for {@link startWorker}
 */
export async function startApi(connection: Connection, namespace?: string, program?: string): Promise<ShowingApi> {
  const page: Record<string, string> = namespace === undefined ? {} : { TEST_NAMESPACE: namespace, TEST_PAGE: "yes" };
  const process = await start({ ...connection, ...page }, program);
  return { process, url: /"ready":"([^"]+)"/.exec(process.output())?.[1] as string };
}

function start(env: Readonly<Record<string, string>>, program = script): Promise<RunningProcess> {
  return startProcess({ command: process.execPath, args: [program], env, readyWhen: /"ready"/ });
}
