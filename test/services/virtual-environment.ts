import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Build } from "./build-once.ts";
import { runStep } from "./build-step.ts";

/** How an environment is installed other than pip does by itself. */
export interface VirtualEnvironmentOptions {
  /** Further options of `pip install`. Default none. */
  readonly pipOptions?: readonly string[];
  /** What is made in it afterwards; gets its path. */
  readonly finish?: (path: string) => void;
}

/** A virtual environment of Python with what a file of requirements names. */
export function virtualEnvironment(
  name: string,
  requirements: string,
  { pipOptions = [], finish }: VirtualEnvironmentOptions = {},
): Build {
  return {
    name,
    // An environment works with the Python that made it, and with no other.
    inputs: [
      readFileSync(requirements, "utf8"),
      output("python3", ["-c", "import sys; print(sys.version, sys.prefix)"]),
      ...pipOptions,
    ],
    make(path) {
      const advice = "It needs Python 3.10 or newer with venv, and a package index that pip can reach.";
      runStep("python3", ["-m", "venv", path], advice);
      const install = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", ...pipOptions];
      runStep(join(path, "bin", "python"), [...install, "--requirement", requirements], advice);
      finish?.(path);
    },
  };
}

function output(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} does not run: ${error?.message ?? stderr}`);
  return stdout;
}
