import type { FrameworkQueues, QueueReaderSubject } from "../../../packages/redis/test/exercise-queue-reader.ts";
import { type RedisServer, waitUntil } from "../../services/index.ts";
import { startDriver } from "../driver.ts";
import { frameworkProgram } from "../programs.ts";

/** Celery as its users run it: a producer in Python, and workers started with `celery worker`. */
export interface CeleryQueues extends FrameworkQueues {
  /** Names and versions. */
  readonly version: string;
  /** Sends one task with options of `apply_async`; `text` is its argument. */
  put(name: string, options?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Starts a worker with so many threads. */
  start(name: string, threads?: number): Promise<void>;
  /** Ends every worker. */
  stop(signal: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** How an application configures Celery. */
export interface CeleryConfiguration {
  /** Whether the producer adds the header that is documented for ages. Default true. */
  readonly stamped?: boolean;
  /** `broker_transport_options`. */
  readonly transport?: Readonly<Record<string, unknown>>;
  /** Queues that are bound to an exchange of another name: exchanges by queue. */
  readonly exchanges?: Readonly<Record<string, string>>;
}

/** Starts Celery on a server. */
export async function startCelery(
  server: RedisServer,
  { stamped = true, transport = {}, exchanges = {} }: CeleryConfiguration = {},
): Promise<CeleryQueues> {
  const program = frameworkProgram("python", "celery/driver.py");
  const env = {
    REDIS_URL: server.url,
    STAMPED: stamped ? "yes" : "",
    TRANSPORT_OPTIONS: JSON.stringify(transport),
    EXCHANGES: JSON.stringify(exchanges),
  };
  const driver = await startDriver({ ...program, env: { ...program.env, ...env } });
  const call = async (name: string, parameters: object): Promise<void> =>
    void (await driver.call(name, { ...parameters }));
  const ready = async (queue: string): Promise<number> => Number(await driver.call("size", { queue }));
  return {
    version: driver.version,
    add: (queue, count) => call("add", { queue, count }),
    put: (queue, options = {}) => call("add", { queue, ...options }),
    async take(queue, count) {
      const left = (await ready(queue)) - count;
      await call("start", { queue, threads: count });
      await waitUntil(async () => (await ready(queue)) === left, { what: `a worker to take ${count} tasks` });
    },
    ready,
    start: (queue, threads = 1) => call("start", { queue, threads }),
    stop: (how) => call("stop", { how }),
    [Symbol.asyncDispose]: async () => {
      await call("stop", {});
      await driver.stop();
    },
  };
}

/** Celery for the conformance suite, with a producer that adds the header for ages. */
export const celerySubject: QueueReaderSubject = {
  layout: "celery",
  framework: "Celery 5.7.0",
  queue: (name) => `celery:${name}`,
  start: (server) => startCelery(server),
  mainKey: (name) => name,
  names: ["with space", "{tag}:x", "star*", "new\nline", "ключ", "🙂"],
  age: "exact",
};
