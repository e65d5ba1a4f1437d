import { fileURLToPath } from "node:url";
import { type RunningProcess, startProcess } from "../services/index.ts";

/** A running application whose `job` and `instance` are `mailer` and its name, however its metrics travel. */
export interface App {
  readonly name: string;
  readonly process: RunningProcess;
  /** Host and port of its endpoint. */
  readonly target: string;
}

/** The `job` label of all of them. */
export const JOB = "mailer";

/** Starts an application that pushes as `env` says, every two seconds where it says nothing; resolves when it has counted its tasks. */
export async function startApp(name: string, env: Readonly<Record<string, string>>): Promise<App> {
  const process_ = await startProcess({
    command: process.execPath,
    args: [fileURLToPath(new URL("vitals-app.ts", import.meta.url))],
    env: {
      OTEL_SERVICE_NAME: JOB,
      OTEL_RESOURCE_ATTRIBUTES: `service.instance.id=${name}`,
      OTEL_EXPORTER_PROMETHEUS_HOST: "127.0.0.1",
      OTEL_EXPORTER_PROMETHEUS_PORT: "0",
      OTEL_METRICS_EXPORTER: "prometheus,otlp",
      OTEL_METRIC_EXPORT_INTERVAL: "2000",
      ...env,
    },
    readyWhen: /^ready at http:\S+$/m,
  });
  const url = /^ready at (http:\S+)$/m.exec(process_.output())?.[1] as string;
  return { name, process: process_, target: new URL(url).host };
}

/** The applications as targets of Prometheus' and the Collector's `file_sd_configs`. */
export function scrapeTargets(apps: readonly App[]): readonly object[] {
  return apps.map(({ name, target }) => ({ targets: [target], labels: { job: JOB, instance: name } }));
}
