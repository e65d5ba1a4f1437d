import { spawn } from "node:child_process";
import { openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** A program that runs beside this one, its output in a file. */
export interface BackgroundProcess {
  readonly name: string;
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
  /** What it has written so far. */
  output(): string;
  /** SIGTERM, and SIGKILL if it has not ended three seconds later. */
  stop(): Promise<void>;
}

/** How a program is started. */
export interface ProgramOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

const GRACE_MS = 3000;

/** Starts programs in a folder, their output in files of their names. */
export function starter(folder: string): (name: string, options: ProgramOptions) => BackgroundProcess {
  return (name, { command, args, env }) => {
    const log = join(folder, `${name}.log`);
    const file = openSync(log, "w");
    // A group of its own: Ctrl-C reaches this process alone, which ends the others in the order that loses nothing.
    const child = spawn(command, args, {
      cwd: import.meta.dirname,
      env: { ...process.env, ...env },
      stdio: ["ignore", file, file],
      detached: true,
    });
    // For whoever has to end it when this process could not (see README.md).
    const pidFile = join(folder, `${name}.pid`);
    writeFileSync(pidFile, `${child.pid ?? ""}\n`);
    const signal = (which: NodeJS.Signals): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(which === "SIGKILL" ? -child.pid : child.pid, which);
      } catch {
        // It has ended.
      }
    };
    const killNow = (): void => signal("SIGKILL");
    process.once("exit", killNow);
    const ended = new Promise<void>((resolve) => {
      child.once("exit", (code) => {
        // What it may have left behind goes with it.
        killNow();
        rmSync(pidFile, { force: true });
        process.removeListener("exit", killNow);
        if (code !== 0 && code !== null) console.error(`${name} ended with exit code ${code}; see ${log}`);
        resolve();
      });
      child.once("error", (error) => {
        rmSync(pidFile, { force: true });
        console.error(`${name} could not be started: ${error.message}`);
        resolve();
      });
    });
    return {
      name,
      ended,
      output: () => readFileSync(log, "utf8"),
      async stop() {
        signal("SIGTERM");
        const timer = setTimeout(killNow, GRACE_MS);
        await ended;
        clearTimeout(timer);
      },
    };
  };
}

/** Waits until a program has written what is looked for. @throws Error when it ends without. */
export async function written(program: BackgroundProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let isOver = false;
  void program.ended.then(() => {
    isOver = true;
  });
  for (;;) {
    const last = isOver;
    const found = pattern.exec(program.output());
    if (found !== null) return found;
    if (last) throw new Error(`${program.name} ended before it was ready:\n${program.output()}`);
    await wait(50);
  }
}
