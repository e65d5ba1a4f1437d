import type { FrameworkQueues, QueueReaderSubject } from "../../../packages/redis/test/exercise-queue-reader.ts";
import { type RedisServer, waitUntil } from "../../services/index.ts";
import { startDriver } from "../driver.ts";
import { frameworkProgram } from "../programs.ts";

/** Dramatiq as its users run it: a producer in Python, and workers started with `dramatiq`. */
export interface DramatiqQueues extends FrameworkQueues {
  /** Name and version. */
  readonly version: string;
  /** Sends one message with this argument, after a delay in milliseconds. */
  put(name: string, message?: { readonly text?: string; readonly delay?: number }): Promise<void>;
  /** What Dramatiq has of a queue and has not acknowledged, delayed or not. */
  size(name: string): Promise<number>;
  /** Starts a worker that fetches so many messages and no more. */
  start(name: string, fetch: number, work?: DramatiqWork): Promise<void>;
  /** Ends every worker. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
  fail(name: string, count: number): Promise<void>;
  delay(name: string, count: number, seconds: number): Promise<void>;
}

/** What a worker does with messages. */
export interface DramatiqWork {
  readonly task: "hold" | "fail";
  /** How often one that failed is tried again. Default 0. */
  readonly retries?: number;
  /** Least wait before that, in milliseconds. Default ten minutes. */
  readonly backoff?: number;
}

/** Starts Dramatiq on a server. */
export async function startDramatiq(server: RedisServer, namespace = "dramatiq"): Promise<DramatiqQueues> {
  const program = frameworkProgram("python", "dramatiq/driver.py");
  const env = { ...program.env, REDIS_URL: server.url, NAMESPACE: namespace };
  const driver = await startDriver({ ...program, env });
  const call = async (name: string, parameters: object): Promise<void> =>
    void (await driver.call(name, { ...parameters }));
  const ask = async (name: string, queue: string): Promise<number> => Number(await driver.call(name, { queue }));
  return {
    version: driver.version,
    add: (queue, count) => call("add", { queue, count }),
    put: (queue, message = {}) => call("add", { queue, ...message }),
    async take(queue, count) {
      const left = (await ask("ready", queue)) - count;
      await call("start", { queue, fetch: count });
      await waitUntil(async () => (await ask("ready", queue)) === left, { what: `a worker to take ${count} tasks` });
    },
    async fail(queue, count) {
      const left = await ask("size", queue);
      await call("add", { queue, count });
      await call("start", { queue, fetch: count, task: "fail" });
      await waitUntil(async () => (await ask("size", queue)) === left, { what: `${count} tasks to fail` });
    },
    ready: (queue) => ask("ready", queue),
    size: (queue) => ask("size", queue),
    delay: (queue, count, seconds) => call("add", { queue, count, delay: seconds * 1000 }),
    start: (queue, fetch, work = { task: "hold" }) => call("start", { queue, fetch, ...work }),
    stop: (how) => call("stop", { how }),
    [Symbol.asyncDispose]: async () => {
      await call("stop", {});
      await driver.stop();
    },
  };
}

/** Dramatiq for the conformance suite. */
export const dramatiqSubject: QueueReaderSubject = {
  layout: "dramatiq",
  framework: "Dramatiq 2.2.1",
  queue: (name) => `dramatiq:${name}`,
  start: (server) => startDramatiq(server),
  mainKey: (name) => `dramatiq:${name}`,
  // All that Dramatiq allows: letters, digits, dots, hyphens and underscores.
  names: ["a.b", "_A-1", "msgs"],
  age: "bound",
};
