import { type ChildProcess, spawn } from "node:child_process";
import { guardGroup, releaseGroup } from "./process-guard.ts";
import { waitUntil } from "./wait-until.ts";

/** How a process is started and when it counts as ready. */
export interface ProcessOptions {
  /** Program to run, found through PATH. `process.execPath` runs the Node.js of the test. */
  readonly command: string;
  /** Arguments. Default none. */
  readonly args?: readonly string[];
  /** Variables added to this process's environment; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Working directory. Default: the test's. */
  readonly cwd?: string;
  /** Ready when this matches the output so far, or answers true. Without it: as soon as it is spawned. */
  readonly readyWhen?: RegExp | (() => Promise<boolean>);
  /** Milliseconds it may take to become ready. Default 60 000. */
  readonly timeoutMs?: number;
}

/** How a process ended: by its own code or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process in a process group of its own, killed with the test process at the latest. */
export interface RunningProcess extends AsyncDisposable {
  readonly pid: number;
  /** Everything it has written to stdout and stderr so far, in order of arrival. */
  output(): string;
  /** Settles when the process ended and its output is complete. Never rejects. */
  readonly exited: Promise<ProcessEnd>;
  /** Sends a signal to the whole process group. False when it is gone. Default SIGTERM. */
  kill(signal?: NodeJS.Signals): boolean;
  /** SIGTERM, then SIGKILL after 5 s; wakes a frozen process. Resolves when it has ended. Idempotent. */
  stop(): Promise<ProcessEnd>;
}

/**
 * Starts a program and waits until it is ready.
 *
 * @throws Error with the program's output when it ends before it is ready, or is not ready in time; it is killed then.
 */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const { command, args = [], readyWhen, timeoutMs = 60_000 } = options;
  const name = [command, ...args].join(" ");
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const running = await supervise(child, name, () => output);
  if (readyWhen === undefined) return running;

  const ready = typeof readyWhen === "function" ? readyWhen : async () => readyWhen.test(output);
  let end: ProcessEnd | undefined;
  void running.exited.then((value) => {
    end = value;
  });
  try {
    await waitUntil(async () => end !== undefined || ready(), { what: `\`${name}\` to be ready`, timeoutMs });
    // A program that says that it is ready and ends was ready, even if nobody looked in between.
    const saidSo = readyWhen instanceof RegExp && readyWhen.test(output);
    if (end !== undefined && !saidSo) throw new Error(`\`${name}\` ended (${describeEnd(end)}) before it was ready`);
  } catch (error) {
    running.kill("SIGKILL");
    await running.exited;
    throw new Error(`${(error as Error).message}\nIts output:\n${output}`, { cause: error });
  }
  return running;
}

async function supervise(child: ChildProcess, name: string, output: () => string): Promise<RunningProcess> {
  const { promise: exited, resolve } = Promise.withResolvers<ProcessEnd>();
  await new Promise<void>((spawned, failed) => {
    child.once("spawn", spawned);
    child.once("error", (cause) => failed(new Error(`\`${name}\` could not be started: ${cause.message}`, { cause })));
  });
  const pid = child.pid as number;
  guardGroup(pid);
  let gone = false;
  const kill = (signal: NodeJS.Signals = "SIGTERM"): boolean => {
    try {
      // The number of a group that is gone may belong to somebody else by now.
      return !gone && process.kill(-pid, signal);
    } catch {
      return false;
    }
  };
  child.once("exit", (code, signal) => {
    // A grandchild that outlived its parent would hold the output open, and a port.
    kill("SIGKILL");
    gone = true;
    releaseGroup(pid);
    child.once("close", () => resolve({ code, signal }));
  });
  const stop = async (): Promise<ProcessEnd> => {
    kill("SIGTERM");
    kill("SIGCONT");
    const force = setTimeout(() => kill("SIGKILL"), 5_000);
    try {
      return await exited;
    } finally {
      clearTimeout(force);
    }
  };
  return {
    pid,
    output,
    exited,
    kill,
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}

function describeEnd({ code, signal }: ProcessEnd): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
