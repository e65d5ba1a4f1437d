import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Build } from "./build-once.ts";
import { runStep } from "./build-step.ts";

const collectorFolder = fileURLToPath(new URL("../../otelcol", import.meta.url));
const prometheusFolder = join(import.meta.dirname, "prometheus-3");
const progress = join(import.meta.dirname, "go-build-progress.ts");

/** The builder of OpenTelemetry Collectors, of the release whose components `builder-config.yaml` names. */
const BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.155.0";

const ADVICE =
  "It needs a module proxy that Go can reach, and Go 1.26 or 1.21, which fetches that; Debian 12 has 1.19.";

/** The OpenTelemetry Collector of `otelcol/builder-config.yaml`: a folder with the program `otelcol`, and its sources in `dist`. */
export function collectorBuild(): Build {
  return {
    name: "collector",
    inputs: contents(collectorFolder, ["builder-config.yaml", "go.mod", "go.sum"]),
    make(path) {
      const config = join(collectorFolder, "builder-config.yaml");
      // Its own way to the modules is a strict `go mod tidy`, which fails on two modules that only tests of others want.
      const sourcesOnly = ["--skip-get-modules", "--skip-compilation"];
      mkdirSync(path);
      runStep("go", ["run", BUILDER, ...sourcesOnly, `--config=${config}`], ADVICE, path);
      const sources = join(path, "dist");
      for (const file of ["go.mod", "go.sum"]) copyFileSync(join(collectorFolder, file), join(sources, file));
      compile("otelcol", path, ".", sources);
    },
  };
}

/** Prometheus 3, which no Debian has yet: a folder with `prometheus` and `promtool`. */
export function prometheus3Build(): Build {
  return {
    name: "prometheus-3",
    inputs: contents(prometheusFolder, ["go.mod", "go.sum"]),
    make(path) {
      mkdirSync(path);
      for (const program of ["prometheus", "promtool"]) {
        compile(program, path, `github.com/prometheus/prometheus/cmd/${program}`, prometheusFolder);
      }
    },
  };
}

/** Without the service discovery of every cloud and without symbols: half the size and half the time. */
function compile(program: string, folder: string, source: string, moduleFolder: string): void {
  console.error(`Compiling ${program}: two to four minutes on two cores where Go has nothing of it yet.`);
  const flags = ["-mod=readonly", "-buildvcs=false", "-trimpath", "-tags=remove_all_sd", "-ldflags=-s -w"];
  runStep(process.execPath, [progress, ...flags, "-o", join(folder, program), source], ADVICE, moduleFolder);
}

function contents(folder: string, files: readonly string[]): string[] {
  return files.flatMap((file) => [file, readFileSync(join(folder, file), "utf8")]);
}
