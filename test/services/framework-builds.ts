import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Build } from "./build-once.ts";
import { runStep } from "./build-step.ts";
import { collectorBuild, kustomizeBuild, prometheus3Build } from "./go-builds.ts";

/** Where the driver programs of the task frameworks are. */
export const frameworksFolder: string = join(import.meta.dirname, "..", "frameworks");

/** What `npm run services` builds for the drivers and fetches of servers, beside what it installs. Nothing of it leaves the folder of builds. */
export function frameworkBuilds(): readonly Build[] {
  return [
    virtualEnvironment("python", join(frameworksFolder, "python", "requirements.txt")),
    virtualEnvironment("arq", join(frameworksFolder, "arq", "requirements.txt")),
    virtualEnvironment("celery-5.2", join(frameworksFolder, "celery-5.2", "requirements.txt")),
    virtualEnvironment("flower", join(frameworksFolder, "flower", "requirements.txt")),
    virtualEnvironment("kubernetes", join(import.meta.dirname, "..", "kubernetes", "requirements.txt")),
    virtualEnvironment("servers", join(import.meta.dirname, "redis-versions", "requirements.txt")),
    goProgram("asynq-driver", join(frameworksFolder, "asynq")),
    collectorBuild(),
    prometheus3Build(),
    kustomizeBuild(),
  ];
}

function virtualEnvironment(name: string, requirements: string): Build {
  return {
    name,
    // An environment works with the Python that made it, and with no other.
    inputs: [
      readFileSync(requirements, "utf8"),
      output("python3", ["-c", "import sys; print(sys.version, sys.prefix)"]),
    ],
    make(path) {
      const advice = "It needs Python 3.10 or newer with venv, and a package index that pip can reach.";
      runStep("python3", ["-m", "venv", path], advice);
      const install = [
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--requirement",
        requirements,
      ];
      runStep(join(path, "bin", "python"), install, advice);
    },
  };
}

function goProgram(name: string, source: string): Build {
  const files = globSync(["**/*.go", "go.mod", "go.sum"], { cwd: source }).sort();
  const version = /^go (\S+)/m.exec(readFileSync(join(source, "go.mod"), "utf8"))?.[1];
  return {
    name,
    inputs: files.flatMap((file) => [file, readFileSync(join(source, file), "utf8")]),
    make(path) {
      const advice = `It needs a module proxy that Go can reach, and Go ${version} or 1.21, which fetches that; Debian 12 has 1.19.`;
      runStep("go", ["build", "-mod=readonly", "-buildvcs=false", "-o", path, "."], advice, source);
    },
  };
}

function output(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} does not run: ${error?.message ?? stderr}`);
  return stdout;
}
