import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type ProcessOptions, type RunningProcess, startProcess } from "../../../../test/services/index.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** How a child of a test is started. */
export interface ChildOptions extends Pick<ProcessOptions, "env" | "readyWhen"> {
  /** Start it with `--import taskvitals/register`. */
  readonly register?: boolean;
}

/** Starts a script of this folder on the sources of the packages; killed with the test at the latest. */
export async function startChild(script: string, options: ChildOptions = {}): Promise<RunningProcess> {
  const register = options.register ? ["--import", "taskvitals/register"] : [];
  const child = await startProcess({
    command: process.execPath,
    args: ["--import", path("./resolve-sources.ts"), ...register, path(script)],
    env: { OTEL_EXPORTER_PROMETHEUS_PORT: "0", ...options.env },
    ...(options.readyWhen === undefined ? {} : { readyWhen: options.readyWhen }),
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await child.exited;
  });
  return child;
}

const WARNING = /^(?:\(node:\d+\) Warning: |taskvitals: )/;

/** What a child has written: its own lines, and the warnings that it got. */
export interface ChildLines {
  readonly said: readonly string[];
  /** Without what is put in front of them, and without the advice about a loopback endpoint inside a container. */
  readonly warned: readonly string[];
}

/** Tells a child's own lines from warnings; the order between the two is not kept by its pipes. */
export function linesOf(child: RunningProcess): ChildLines {
  const lines = child
    .output()
    .split("\n")
    .filter((line) => line !== "" && !line.includes("inside a container") && !line.startsWith("(Use `node"));
  return {
    said: lines.filter((line) => !WARNING.test(line)),
    warned: lines.filter((line) => WARNING.test(line)).map((line) => line.replace(WARNING, "")),
  };
}
