import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Build } from "./build-once.ts";
import { runStep } from "./build-step.ts";
import { collectorBuild, kustomizeBuild, prometheus3Build } from "./go-builds.ts";
import { mlflowBuild } from "./mlflow-build.ts";
import { virtualEnvironment } from "./virtual-environment.ts";

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
    mlflowBuild(),
    goProgram("asynq-driver", join(frameworksFolder, "asynq")),
    collectorBuild(),
    prometheus3Build(),
    kustomizeBuild(),
  ];
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
