import type { EndpointOptions } from "taskvitals";
import { type SecretFiles, watchSecretFiles } from "../brokers/secret-files.ts";
import type { ExporterConfiguration } from "../configuration/exporter-configuration.ts";
import { readThresholdsFile } from "../thresholds/read-thresholds-file.ts";

/**
 * The live page as an option of the SDK. Without a user of its own it asks for those of the web configuration file.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for a file that cannot be read, or is no thresholds file
 */
export function livePageOptions(
  { livePage, livePageThresholds }: Pick<ExporterConfiguration, "livePage" | "livePageThresholds">,
  files: Pick<SecretFiles, "read">,
): EndpointOptions["livePage"] {
  if (livePage.value === false) return false;
  const { user } = livePage.value;
  return {
    ...(livePageThresholds !== undefined && {
      thresholds: readThresholdsFile(livePageThresholds.value, livePageThresholds.where),
    }),
    ...(user !== undefined && {
      basicAuth: { username: user.name, password: user.password ?? passwordIn(user.passwordFile, files) },
    }),
  };
}

/**
 * Checks what is said of the live page, and the files that it names.
 *
 * @throws TaskVitalsError `INVALID_OPTION` as {@link livePageOptions}
 */
export function readLivePageOnce(configuration: ExporterConfiguration): void {
  using files = watchSecretFiles();
  livePageOptions(configuration, files);
}

function passwordIn(
  file: { readonly value: string; readonly where: string } | undefined,
  files: Pick<SecretFiles, "read">,
): string {
  // A line break at the end is an editor's.
  return file === undefined ? "" : files.read(file.value, file.where).replace(/\r?\n$/, "");
}
