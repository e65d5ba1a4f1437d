import type { FrameworkQueues, QueueReaderSubject } from "../../../packages/redis/test/exercise-queue-reader.ts";
import type { RedisServer } from "../../services/index.ts";
import { startDriver } from "../driver.ts";
import { frameworkProgram } from "../programs.ts";

/** How a job is enqueued; the names with an underscore are those of Arq's `enqueue_job`. */
export interface EnqueuedJob {
  /** `hold` (the default) waits for ever, `retry` asks for another try after the seconds in `args`. */
  readonly function?: "hold" | "retry";
  readonly args?: readonly (string | number)[];
  readonly _job_id?: string;
  readonly _defer_by?: number;
}

/** Arq's own counts, from the status of each job. */
export interface ArqStates extends Record<string, number> {
  readonly ready: number;
  readonly active: number;
  readonly delayed: number;
}

/** Producers and workers of Arq. */
export interface ArqQueues extends FrameworkQueues {
  /** Enqueues jobs with these options; answers with their ids. */
  enqueue(name: string, count: number, job: EnqueuedJob): Promise<string[]>;
  /** Asks for a job to be aborted. */
  abort(name: string, job: string): Promise<void>;
  /** Has a worker take jobs and hold them; answers with its number. */
  hold(name: string, count: number): Promise<number>;
  /** Stops a worker in good order. */
  close(worker: number): Promise<void>;
  /** Has a worker run one job that ends. */
  burst(name: string): Promise<void>;
  delay(name: string, count: number, seconds: number): Promise<void>;
  states(name: string): Promise<ArqStates>;
}

/** Starts Arq on a server. */
export async function startArq(server: RedisServer): Promise<ArqQueues> {
  const program = frameworkProgram("arq", "arq/driver.py");
  const driver = await startDriver({ ...program, env: { ...program.env, REDIS_URL: server.url } });
  const call = async (name: string, parameters: Readonly<Record<string, unknown>>): Promise<void> => {
    await driver.call(name, parameters);
  };
  const states = async (queue: string): Promise<ArqStates> => (await driver.call("states", { queue })) as ArqStates;
  return {
    add: (queue, count) => call("add", { queue, count }),
    enqueue: async (queue, count, job) => (await driver.call("add", { queue, count, ...job })) as string[],
    delay: (queue, count, seconds) => call("delay", { queue, count, seconds }),
    abort: (queue, job) => call("abort", { queue, job }),
    take: (queue, count) => call("take", { queue, count }),
    hold: async (queue, count) => Number(await driver.call("take", { queue, count })),
    close: (worker) => call("close", { worker }),
    burst: (queue) => call("burst", { queue }),
    ready: async (queue) => (await states(queue)).ready,
    states,
    [Symbol.asyncDispose]: () => driver.stop(),
  };
}

/** Arq for the conformance suite. */
export const arqSubject: QueueReaderSubject = {
  layout: "arq",
  framework: "Arq 0.28.0",
  queue: (name) => `arq:${name}`,
  mainKey: (name) => name,
  names: ["with space", "{tag}:x", "star*", "new\nline", "ключ", "🙂", "arq:queue"],
  age: "exact",
  start: startArq,
};
