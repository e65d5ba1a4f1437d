import { spawn } from "node:child_process";

/** What a finished command left behind. */
export interface Captured {
  /** -1 when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a captured command runs, and for how long at most. */
export interface CaptureOptions {
  /** Text for its standard input. Default: none. */
  readonly input?: string;
  /** Working directory. Default: the test's. */
  readonly cwd?: string;
  /** Variables added to this process's environment; `undefined` removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds after which it is killed. Default 60 000. */
  readonly timeoutMs?: number;
}

/**
 * Runs a command to its end and returns its output, whatever its exit code.
 *
 * @throws Error when the command cannot be started.
 */
export async function capture(
  command: string,
  args: readonly string[],
  options: CaptureOptions = {},
): Promise<Captured> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: "pipe",
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  // A command that ends without reading its input closes the pipe; that is its business.
  child.stdin.on("error", () => {});
  child.stdin.end(options.input ?? "");
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", (cause) =>
      reject(new Error(`\`${command}\` could not be started: ${cause.message}`, { cause })),
    );
    child.once("close", (code) => resolve(code ?? -1));
  });
  return { exitCode, stdout, stderr };
}
