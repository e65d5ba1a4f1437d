import { join } from "node:path";
import { type RedisServer, tempDirectory } from "../../services/index.ts";
import { startDriver } from "../driver.ts";
import { frameworkProgram } from "../programs.ts";

/** A task to enqueue. */
export interface CeleryTask {
  /** `work`, `fail`, `again`, `part`, `ignored` or `rejected`. */
  readonly task: string;
  readonly args?: readonly unknown[];
  /** Options of `apply_async`. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** How a worker is started. */
export interface CeleryWorkerOptions {
  /** Queues, separated by commas. */
  readonly queues: string;
  readonly pool?: "prefork" | "threads" | "solo";
  readonly concurrency?: number;
  /** Whether it is started with `-E`. Default true. */
  readonly events?: boolean;
  /** Further arguments. */
  readonly options?: readonly string[];
}

/** What one attempt of a task says about itself. */
export interface CeleryTruth {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  /** `success`, `retry`, or `failure:` and the class of the error. */
  readonly outcome: string;
  /** What the body of the task took. */
  readonly seconds: number;
  /** Name of the worker: `name@host`. */
  readonly worker: string;
  /** Unix time of its end, in seconds. */
  readonly at: number;
}

/** How the application configures Celery. */
export interface CeleryPlatformOptions {
  /** `celery-5.2` for the Celery of Debian 12. Default `python`, the current one. */
  readonly environment?: "python" | "celery-5.2";
  /** Number of the database. Default 0. */
  readonly database?: number;
  /** `task_send_sent_event`. Default false. */
  readonly sentEvents?: boolean;
  /** `broker_transport_options`. */
  readonly transport?: Readonly<Record<string, unknown>>;
  /** Python that changes `app.conf` further. */
  readonly configure?: string;
}

/** Celery as its users run it: a producer, and workers from the command line. */
export interface CeleryPlatform extends AsyncDisposable {
  /** Names and versions. */
  readonly version: string;
  /** URL of its broker. */
  readonly url: string;
  /** Enqueues tasks; answers their ids. */
  send(tasks: readonly CeleryTask[]): Promise<readonly string[]>;
  /** Enqueues a task that is due in so many seconds. */
  sendDue(task: string, seconds: number, queue: string): Promise<string>;
  /** Enqueues a chord of so many parts. */
  sendChord(size: number, queue: string): Promise<string>;
  /** Revokes a task. */
  revoke(id: string, terminate?: boolean): Promise<void>;
  /** Starts a worker `name@host`. */
  start(name: string, options: CeleryWorkerOptions): Promise<void>;
  /** Ends one worker; without a name every one. */
  stop(name?: string, how?: "SIGTERM" | "SIGKILL" | "SIGSTOP"): Promise<void>;
  /** What the attempts themselves say, in the order of their ends. */
  truth(): Promise<readonly CeleryTruth[]>;
}

/** Starts a platform on a server. */
export async function startCeleryPlatform(
  server: RedisServer,
  {
    environment = "python",
    database = 0,
    sentEvents = false,
    transport = {},
    configure = "",
  }: CeleryPlatformOptions = {},
): Promise<CeleryPlatform> {
  const directory = tempDirectory("celery");
  const url = `${server.url}/${database}`;
  const program = frameworkProgram(environment, "celery/events_driver.py");
  const env = {
    REDIS_URL: url,
    SENT_EVENTS: sentEvents ? "yes" : "",
    TRANSPORT_OPTIONS: JSON.stringify(transport),
    CONFIGURE: configure,
    TRUTH: join(directory.path, "truth.jsonl"),
  };
  const driver = await startDriver({ ...program, env: { ...program.env, ...env } });
  return {
    version: driver.version,
    url,
    async send(tasks) {
      const ids: string[] = [];
      // A busy machine takes its time for each.
      for (let start = 0; start < tasks.length; start += 200) {
        ids.push(...((await driver.call("send", { tasks: tasks.slice(start, start + 200) })) as string[]));
      }
      return ids;
    },
    sendDue: async (task, seconds, queue) => String(await driver.call("send_due", { task, seconds, queue })),
    sendChord: async (size, queue) => String(await driver.call("send_chord", { size, queue })),
    revoke: async (id, terminate = false) => void (await driver.call("revoke", { task: id, terminate })),
    start: async (name, options) => void (await driver.call("start", { name, ...options })),
    stop: async (name, how = "SIGTERM") => void (await driver.call("stop", { ...(name && { name }), how })),
    truth: async () => (await driver.call("truth")) as readonly CeleryTruth[],
    [Symbol.asyncDispose]: async () => {
      await driver.call("stop", { how: "SIGKILL" }).catch(() => {});
      await driver.stop();
      directory.remove();
    },
  };
}
