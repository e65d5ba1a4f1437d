import type { FrameworkQueues, QueueReaderSubject } from "../../../packages/redis/test/exercise-queue-reader.ts";
import type { RedisServer } from "../../services/index.ts";
import { startDriver } from "../driver.ts";
import { frameworkProgram } from "../programs.ts";

/** How brokers of Taskiq are made. */
export interface TaskiqOptions {
  readonly broker: "list" | "stream";
  /** Whether they have Taskiq's `OpenTelemetryMiddleware`. Default true. */
  readonly stamped?: boolean;
}

/** A task and the broker that sends it; the fields are those of taskiq-redis, as Python spells them. */
export interface SentTask {
  readonly text?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly consumer_group_name?: string;
  readonly maxlen?: number;
  readonly approximate?: boolean;
}

/** A worker, as taskiq-redis and its command line spell the options. */
export interface TaskiqWorker {
  readonly ack_type?: "when_received" | "when_executed" | "when_saved";
  readonly consumer_group_name?: string;
  readonly xread_count?: number;
}

/** Producers and workers of Taskiq. */
export interface TaskiqQueues extends FrameworkQueues {
  /** Sends tasks from a broker with these options. */
  send(name: string, count: number, task: SentTask): Promise<void>;
  /** Has a worker with these options take tasks and hold them; answers with its number. */
  hold(name: string, count: number, worker?: TaskiqWorker): Promise<number>;
  /** Has a worker finish what it holds, and ends it. */
  release(worker: number): Promise<void>;
}

/** Starts Taskiq on a server. */
export async function startTaskiq(server: RedisServer, options: TaskiqOptions): Promise<TaskiqQueues> {
  const { broker, stamped = true } = options;
  const program = frameworkProgram("python", "taskiq/driver.py");
  const env = { REDIS_URL: server.url, BROKER: broker, STAMPED: stamped ? "yes" : "no" };
  const driver = await startDriver({ ...program, env: { ...program.env, ...env } });
  const call = async (name: string, parameters: Readonly<Record<string, unknown>>): Promise<void> => {
    await driver.call(name, parameters);
  };
  return {
    add: (queue, count) => call("add", { queue, count }),
    send: (queue, count, task) => call("add", { queue, count, ...task }),
    take: (queue, count) => call("take", { queue, count }),
    hold: async (queue, count, worker) => Number(await driver.call("take", { queue, count, ...worker })),
    release: (worker) => call("release", { worker }),
    ready: async (queue) => Number(await driver.call("ready", { queue })),
    [Symbol.asyncDispose]: () => driver.stop(),
  };
}

const AWKWARD_NAMES = ["with space", "{tag}:x", "star*", "new\nline", "ключ", "🙂"];

/** `ListQueueBroker` for the conformance suite. */
export const taskiqListSubject: QueueReaderSubject = {
  layout: "taskiq",
  framework: "Taskiq 0.13.0, ListQueueBroker",
  queue: (name) => `taskiq:${name}`,
  mainKey: (name) => name,
  names: AWKWARD_NAMES,
  age: "exact",
  start: (server) => startTaskiq(server, { broker: "list" }),
};

/** `RedisStreamBroker` for the conformance suite. */
export const taskiqStreamSubject: QueueReaderSubject = {
  ...taskiqListSubject,
  framework: "Taskiq 0.13.0, RedisStreamBroker",
  queue: (name) => ({ layout: "taskiq", variant: "stream", name }),
  start: (server) => startTaskiq(server, { broker: "stream", stamped: false }),
};
