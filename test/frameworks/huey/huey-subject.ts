import type { FrameworkQueues, QueueReaderSubject } from "../../../packages/redis/test/exercise-queue-reader.ts";
import type { RedisServer } from "../../services/index.ts";
import { startDriver } from "../driver.ts";
import { frameworkProgram } from "../programs.ts";

/** How a Huey object is made. */
export interface HueyOptions {
  readonly hueyClass: "RedisHuey" | "RedisExpireHuey" | "PriorityRedisHuey" | "PriorityRedisExpireHuey";
  /** Huey's `clean_name`. Default true. */
  readonly cleanName?: boolean;
  /** Huey's `utc`. Default true. */
  readonly utc?: boolean;
  /** Time zone of the process. Default: the test's. */
  readonly timeZone?: string;
}

/** Huey's own counts. */
export interface HueyStates extends Record<string, number> {
  readonly ready: number;
  readonly delayed: number;
  readonly overdue: number;
}

/** A producer and consumers of Huey. */
export interface HueyQueues extends FrameworkQueues {
  /** Enqueues tasks with a priority, or with arguments that make them large. */
  enqueue(name: string, task: { readonly priority?: number; readonly text?: string }): Promise<void>;
  /** Enqueues a task with a delay, as an application does. */
  schedule(name: string, seconds: number): Promise<void>;
  /** Enqueues a task that fails and is retried after ten minutes. */
  addFailing(name: string): Promise<void>;
  /** Has a consumer look at everything that is ready. */
  consume(name: string): Promise<void>;
  delay(name: string, count: number, seconds: number): Promise<void>;
  states(name: string): Promise<HueyStates>;
}

/** Starts Huey on a server. */
export async function startHuey(server: RedisServer, options: HueyOptions): Promise<HueyQueues> {
  const { hueyClass, cleanName = true, utc = true, timeZone } = options;
  const program = frameworkProgram("python", "huey/driver.py");
  const word = (yes: boolean): string => (yes ? "yes" : "no");
  const env = { REDIS_URL: server.url, HUEY_CLASS: hueyClass, CLEAN_NAME: word(cleanName), UTC: word(utc) };
  const driver = await startDriver({
    ...program,
    env: { ...program.env, ...env, ...(timeZone === undefined ? {} : { TZ: timeZone }) },
  });
  const call = async (name: string, parameters: Readonly<Record<string, unknown>>): Promise<void> => {
    await driver.call(name, parameters);
  };
  const states = async (queue: string): Promise<HueyStates> => (await driver.call("states", { queue })) as HueyStates;
  return {
    add: (queue, count) => call("add", { queue, count }),
    enqueue: (queue, task) => call("add", { queue, ...task }),
    schedule: (queue, seconds) => call("schedule", { queue, seconds }),
    delay: (queue, count, seconds) => call("delay", { queue, count, seconds }),
    addFailing: (queue) => call("add_failing", { queue }),
    take: (queue, count) => call("take", { queue, count }),
    consume: (queue) => call("consume", { queue }),
    ready: async (queue) => (await states(queue)).ready,
    states,
    [Symbol.asyncDispose]: () => driver.stop(),
  };
}

const AWKWARD_NAMES = ["with space", "{tag}:x", "star*", "new\nline", "ключ", "🙂 _9"];

/** `RedisHuey` for the conformance suite. */
export const hueySubject: QueueReaderSubject = {
  layout: "huey",
  framework: "Huey 3.5.4, RedisHuey",
  queue: (name) => `huey:${name}`,
  mainKey: (name) => `huey.redis.${name}`,
  names: AWKWARD_NAMES,
  age: "none",
  start: (server) => startHuey(server, { hueyClass: "RedisHuey" }),
};

/** `PriorityRedisHuey`, with names that it takes as they are. */
export const priorityHueySubject: QueueReaderSubject = {
  ...hueySubject,
  framework: "Huey 3.5.4, PriorityRedisHuey",
  queue: (name) => ({ layout: "huey", name, cleanName: false }),
  age: "exact",
  start: (server) => startHuey(server, { hueyClass: "PriorityRedisHuey", cleanName: false }),
};
