import { runCommandLine } from "../src/run-command-line.ts";

/** What a command came to. */
export interface RanInProcess {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command that ends by itself in this process, without any variable of the machine. */
export async function runInProcess(args: readonly string[]): Promise<RanInProcess> {
  const said = { stdout: "", stderr: "" };
  const writer = (stream: keyof typeof said) => ({
    write: (text: string) => {
      said[stream] += text;
    },
  });
  const exitCode = await runCommandLine(args, {
    environment: {},
    stdout: writer("stdout"),
    stderr: writer("stderr"),
    version: "0",
    untilAsked: () => new Promise(() => {}),
  });
  return { exitCode, ...said };
}
