import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Build } from "./build-once.ts";
import { runStep } from "./build-step.ts";

const collectorFolder = fileURLToPath(new URL("../../otelcol", import.meta.url));
const prometheusFolder = join(import.meta.dirname, "prometheus-3");
const kustomizeFolder = join(import.meta.dirname, "kustomize");
const progress = join(import.meta.dirname, "go-build-progress.ts");

/** The builder of OpenTelemetry Collectors, of the release whose components `builder-config.yaml` names. */
const BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.155.0";

const WITHOUT_DISCOVERY = "-tags=remove_all_sd";
/** That of DNS is what `prometheus/prometheus.yml` uses. */
const WITH_DNS_ALONE = `${WITHOUT_DISCOVERY},enable_dns_sd`;

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
      compile("otelcol", path, ".", sources, WITHOUT_DISCOVERY);
    },
  };
}

/** Prometheus 3, which no Debian has yet: a folder with `prometheus` and `promtool`. */
export function prometheus3Build(): Build {
  return {
    name: "prometheus-3",
    inputs: [...contents(prometheusFolder, ["go.mod", "go.sum"]), WITH_DNS_ALONE],
    make(path) {
      mkdirSync(path);
      for (const program of ["prometheus", "promtool"]) {
        const source = `github.com/prometheus/prometheus/cmd/${program}`;
        compile(program, path, source, prometheusFolder, WITH_DNS_ALONE);
      }
    },
  };
}

/** kustomize, of the release that is inside kubectl 1.34. Half a minute of computing, after the others. */
export function kustomizeBuild(): Build {
  return {
    name: "kustomize",
    inputs: contents(kustomizeFolder, ["go.mod", "go.sum"]),
    make(path) {
      const flags = ["-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags=-s -w"];
      runStep("go", ["build", ...flags, "-o", path, "sigs.k8s.io/kustomize/kustomize/v5"], ADVICE, kustomizeFolder);
    },
  };
}

/** Without the service discovery of every cloud and without symbols: half the size and half the time. */
function compile(program: string, folder: string, source: string, moduleFolder: string, tags: string): void {
  console.error(`Compiling ${program}: two to four minutes on two cores where Go has nothing of it yet.`);
  const flags = ["-mod=readonly", "-buildvcs=false", "-trimpath", tags, "-ldflags=-s -w"];
  runStep(process.execPath, [progress, ...flags, "-o", join(folder, program), source], ADVICE, moduleFolder);
}

function contents(folder: string, files: readonly string[]): string[] {
  return files.flatMap((file) => [file, readFileSync(join(folder, file), "utf8")]);
}
