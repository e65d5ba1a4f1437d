import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How to start a driver: a small program that uses a task framework the way its users do. */
export interface DriverProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * A running driver. It reads one JSON object per line, `{ id, call, with }`, and answers each with `{ id, result }` or `{ id, error }`. Its
 * first line is `{ ready: true, version }`. It ends when its input ends.
 */
export interface Driver extends AsyncDisposable {
  /** Name and version of the framework, as the driver found it: `RQ 3.0.1`. */
  readonly version: string;
  /** Calls one of the driver's functions. Rejects with what the driver says went wrong, or when it is gone. */
  call(name: string, parameters?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** Ends it. Idempotent. */
  stop(): Promise<void>;
}

const START_MS = 60_000;
const CALL_MS = 30_000;

/** Starts a driver; resolves when it is ready. */
export async function startDriver(program: DriverProgram): Promise<Driver> {
  const child = spawn(program.command, program.args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...program.env },
  });
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<string>();
  let log = "";
  const end = (why: string): void => {
    const error = new Error(`the driver ${program.command} ${program.args.join(" ")} ${why}\n${log}`);
    ready.reject(error);
    for (const call of pending.values()) call.reject(error);
    pending.clear();
  };
  child.stderr?.on("data", (chunk) => {
    log = `${log}${chunk}`.slice(-8_000);
  });
  child.once("error", (error) => end(`did not start: ${error.message}`));
  child.once("exit", (code, signal) => end(`ended (${signal ?? `exit code ${code}`})`));
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const answer = parse(line);
      if (answer?.ready === true) ready.resolve(String(answer.version));
      const call = pending.get(Number(answer?.id));
      if (answer === undefined || call === undefined) return;
      pending.delete(Number(answer.id));
      if (answer.error === undefined) call.resolve(answer.result);
      else call.reject(new Error(`${program.args.join(" ")}: ${answer.error}\n${log}`));
    });
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.stdin?.end();
    const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await gone;
    clearTimeout(timer);
  };
  killWithParent(child);
  const version = await within(ready.promise, START_MS, `${program.args.join(" ")} to start`).catch(async (error) => {
    child.kill("SIGKILL");
    throw error;
  });
  let last = 0;
  return {
    version,
    call(name, parameters = {}) {
      const id = ++last;
      const answer = Promise.withResolvers<unknown>();
      pending.set(id, answer);
      child.stdin?.write(`${JSON.stringify({ id, call: name, with: parameters })}\n`);
      return within(answer.promise, CALL_MS, `${program.args.join(" ")} to answer ${name}`);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Answer {
  readonly ready?: boolean;
  readonly version?: unknown;
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Frameworks print what they like; only lines that are answers count. */
function parse(line: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function within<T>(promise: Promise<T>, milliseconds: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${milliseconds} ms for ${what}`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function killWithParent(child: ChildProcess): void {
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  child.once("exit", () => process.removeListener("exit", kill));
}
