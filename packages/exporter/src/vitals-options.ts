import { type Logger, TaskVitalsError, type TaskVitalsOptions } from "taskvitals";
import type { OpenBroker } from "./brokers/open-broker.ts";
import type { SecretFiles } from "./brokers/secret-files.ts";
import type { ExporterConfiguration } from "./configuration/exporter-configuration.ts";
import { livePageOptions } from "./web/live-page-options.ts";
import type { WebOptions } from "./web/web-config.ts";

/** What {@link vitalsOptions} puts together. */
export interface VitalsSurroundings {
  readonly configuration: ExporterConfiguration;
  readonly brokers: readonly OpenBroker[];
  readonly web: WebOptions;
  readonly files: Pick<SecretFiles, "read">;
  readonly logger: Logger;
}

/** The configuration as options of the SDK, which then reads nothing from the environment that was read here. */
export function vitalsOptions({ configuration, brokers, web, files, logger }: VitalsSurroundings): TaskVitalsOptions {
  const { listen, limits, queues, telemetryPath } = configuration;
  return {
    ...limits,
    ...(configuration.serviceName !== undefined && { serviceName: configuration.serviceName }),
    resourceAttributes: configuration.resourceAttributes,
    brokers: Object.fromEntries(brokers.map(({ name, connection }) => [name, connection])),
    queues: queues.map(({ given }) => given),
    tasks: configuration.tasks.value,
    endpoint: listen !== undefined && {
      ...(listen.value.host !== undefined && { host: listen.value.host }),
      port: listen.value.port,
      ...(telemetryPath !== undefined && { path: telemetryPath.value }),
      ...web,
      livePage: livePageOptions(configuration, files),
    },
    environment: configuration.environment,
    logger,
  };
}

/**
 * A message of the SDK in the words of who configured the exporter: with flags, variables, and places in the file instead of the paths of
 * options.
 */
export function inOurWords(message: string, { listen, queues, tasks, telemetryPath }: ExporterConfiguration): string {
  const address = listen?.where ?? "--web.listen-address";
  return withoutClients(message)
    .replace(/^taskvitals: /, "")
    .replace(/\bendpoint\.(host|port)\b/g, address)
    .replace(/\bSet it \(or OTEL_EXPORTER_PROMETHEUS_HOST\) to "0\.0\.0\.0"/, 'Give it a host of "0.0.0.0"')
    .replace(/^endpoint\.path\b/, telemetryPath?.where ?? "--web.telemetry-path")
    .replace(/^queues\[(\d+)\]/, (path, index: string) => queues[Number(index)]?.where ?? path)
    .replace(/^tasks\b/, tasks.where);
}

/** A mistake that the SDK found, in our words; other errors as they are. */
export function explained(error: unknown, configuration: ExporterConfiguration): unknown {
  if (!(error instanceof TaskVitalsError)) return error;
  const { code, cause } = error;
  if (code === "PORT_IN_USE") {
    const { where = "--web.listen-address", value } = configuration.listen ?? {};
    // Who gave none has neither a flag nor a variable to look at yet.
    const how = where === "--web.listen-address" ? " (or TASKVITALS_WEB_LISTEN_ADDRESS, such as :10465)" : "";
    const message = `${where}${how}: port ${value?.port} is taken by another process. Choose another port, or 0 for any free one.`;
    return new TaskVitalsError(code, message, { cause });
  }
  return new TaskVitalsError(code, inOurWords(error.message, configuration), { cause });
}

/** What applications would do with a client of theirs is done here by flags and in the file. */
export function withoutClients(message: string): string {
  return message
    .replace(
      "For a Unix socket, Sentinel or Cluster, give an ioredis client instead of a URL.",
      "Sentinels and Clusters have keys of their own in the file of --config.",
    )
    .replace(
      "For further settings, give an ioredis client instead of a URL.",
      "Files of TLS have flags, and further settings keys in the file of --config.",
    )
    .replace(/in NODE_EXTRA_CA_CERTS, or give a client with `tls: \{ ca \}`/, "with --redis-ca-file")
    .replace(/or give a client with `tls: \{ servername \}`/, "or set tls.serverName in the file of --config")
    .replace(/give a client with `tls: \{ ca, cert, key \}`/, "give --redis-cert-file and --redis-key-file");
}
