import type { TaskState } from "@taskvitals/core";
import type { FrameworkQueues, QueueReaderSubject } from "../../../packages/redis/test/exercise-queue-reader.ts";
import { type RedisServer, waitUntil } from "../../services/index.ts";
import { type Driver, startDriver } from "../driver.ts";
import { frameworkProgram } from "../programs.ts";

/** RQ as its users run it: a producer in Python, and workers started with `rq worker`. */
export interface RqQueues extends FrameworkQueues {
  /** Name and version. */
  readonly version: string;
  /** Enqueues one job with options of `Queue.enqueue`; answers with its id. */
  put(name: string, options?: Readonly<Record<string, unknown>>): Promise<string>;
  /** When a job was enqueued last, by RQ's own account, Unix seconds. */
  enqueuedAt(job: string): Promise<number>;
  /** Starts workers, `rq worker` with further options. */
  start(names: readonly string[], count?: number, options?: readonly string[]): Promise<void>;
  /** Ends every worker. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** Workers of the queue that RQ finds, in this state or any. */
  alive(name: string, state?: "idle" | "busy" | "suspended"): Promise<number>;
  /** Further functions of the driver. */
  call: Driver["call"];
  states(name: string): Promise<Partial<Record<TaskState, number>>>;
  fail(name: string, count: number): Promise<void>;
  delay(name: string, count: number, seconds: number): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** Starts RQ on a server. */
export async function startRq(server: RedisServer, env: Readonly<Record<string, string>> = {}): Promise<RqQueues> {
  const program = frameworkProgram("python", "rq/driver.py");
  const driver = await startDriver({ ...program, env: { ...program.env, ...env, REDIS_URL: server.url } });
  const call = async (name: string, parameters = {}): Promise<void> => void (await driver.call(name, parameters));
  const states = async (queue: string): Promise<Record<TaskState, number>> =>
    (await driver.call("states", { queue })) as Record<TaskState, number>;
  const work = async (queue: string, state: TaskState, count: number, parameters: object): Promise<void> => {
    const before = (await states(queue))[state];
    await call("start", { queues: [queue], ...parameters });
    await waitUntil(async () => (await states(queue))[state] === before + count, { what: `${count} ${state} jobs` });
  };
  return {
    version: driver.version,
    call: driver.call,
    add: (queue, count) => call("add", { queue, count }),
    put: async (queue, options = {}) => ((await driver.call("add", { queue, ...options })) as string[])[0] as string,
    enqueuedAt: async (job) => Number(await driver.call("enqueued_at", { job })),
    take: (queue, count) => work(queue, "active", count, { count, options: ["--max-jobs", "1"] }),
    fail: async (queue, count) => {
      await call("add", { queue, count });
      await work(queue, "failed", count, { task: "fail", options: ["--max-jobs", `${count}`] });
    },
    ready: async (queue) => (await states(queue)).ready,
    states,
    delay: (queue, count, seconds) => call("delay", { queue, count, seconds }),
    pause: () => call("suspend"),
    resume: () => call("resume"),
    start: (queues, count = 1, options = []) => call("start", { queues, count, options }),
    stop: (how) => call("stop", { how }),
    alive: async (queue, state) =>
      Number(await driver.call("alive", state === undefined ? { queue } : { queue, state })),
    [Symbol.asyncDispose]: async () => {
      await call("stop");
      await driver.stop();
    },
  };
}

/** RQ for the conformance suite. */
export const rqSubject: QueueReaderSubject = {
  layout: "rq",
  framework: "RQ 3.0.0",
  queue: (name) => `rq:${name}`,
  start: startRq,
  mainKey: (name) => `rq:queue:${name}`,
  names: ["with space", "{tag}:x", "star*", "new\nline", "ключ", "🙂"],
  age: "exact",
};
