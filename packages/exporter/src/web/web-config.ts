import { dirname, resolve } from "node:path";
import type { ClientCertificates, EndpointOptions, EndpointTls, TlsVersion } from "taskvitals";
import { type SecretFiles, watchSecretFiles } from "../brokers/secret-files.ts";
import type { Sourced } from "../configuration/configuration-layer.ts";
import { misconfigured } from "../configuration/misconfigured.ts";
import { readYamlFile, type YamlFile } from "../configuration/yaml-file.ts";
import { createPasswordCheck } from "./password-check.ts";
import {
  type ClientAuthType,
  type TlsVersionName,
  type WebConfig,
  webConfigKeysAt,
  webConfigSchema,
} from "./web-config-schema.ts";

/** What a web configuration file asks of the endpoint. */
export type WebOptions = Pick<EndpointOptions, "tls" | "verifyBasicAuth" | "headers">;

const CLIENT_CERTIFICATES: Readonly<Record<ClientAuthType, ClientCertificates>> = {
  NoClientCert: "none",
  RequestClientCert: "request",
  RequireAnyClientCert: "any",
  VerifyClientCertIfGiven: "verify-if-given",
  RequireAndVerifyClientCert: "verify",
};
const VERSIONS: Readonly<Record<TlsVersionName, TlsVersion>> = {
  TLS10: "TLSv1",
  TLS11: "TLSv1.1",
  TLS12: "TLSv1.2",
  TLS13: "TLSv1.3",
};

/**
 * Reads a web configuration file in the form of Prometheus' exporter-toolkit. Users, certificates and keys are read again when they change; the rest
 * stays as it was at start.
 *
 * @param warn - told of a change that cannot be used
 * @throws TaskVitalsError `INVALID_OPTION` with file, line and key
 */
export function readWebConfig(
  { value: file, where: namedBy }: Sourced<string>,
  files: SecretFiles,
  warn: (message: string) => void,
): WebOptions {
  const read = (): { readonly config: WebConfig; readonly tls: EndpointTls | undefined } => {
    files.read(file, namedBy);
    const yaml = readYamlFile(file, { namedBy, schema: webConfigSchema, keysAt: webConfigKeysAt });
    return { config: yaml.content, tls: tlsOf(yaml, (name, where) => files.read(resolve(dirname(file), name), where)) };
  };
  const { config, tls } = read();
  const users = config.basic_auth_users ?? {};
  // Where there were users at start, none later means nobody, and not everybody.
  const check = Object.keys(users).length === 0 ? undefined : createPasswordCheck(users);
  let renew: Parameters<NonNullable<EndpointTls["onStart"]>>[0] | undefined;
  const onStart: EndpointTls["onStart"] = (given) => {
    renew = given;
  };
  files.onChange(() => {
    try {
      const changed = read();
      if (changed.tls !== undefined) renew?.(changed.tls);
      const users = changed.config.basic_auth_users ?? {};
      if (check !== undefined) check.replace(users);
      else if (Object.keys(users).length > 0)
        warn(`${file}: users were added where there were none; restart to ask for them.`);
    } catch (error) {
      const why = error instanceof Error && error.name === "TaskVitalsError" ? error.message : "OpenSSL refused it.";
      warn(`The web configuration changed and cannot be used; it stays as it was. ${why}`);
    }
  });
  return {
    ...(tls && { tls: { ...tls, onStart } }),
    ...(check && { verifyBasicAuth: (given) => check.verify(given) }),
    ...(config.http_server_config?.headers && { headers: config.http_server_config.headers }),
  };
}

/**
 * Checks a web configuration file, and the files that it names.
 *
 * @throws TaskVitalsError `INVALID_OPTION` with file, line and key
 */
export function readWebConfigOnce(file: Sourced<string>): void {
  using files = watchSecretFiles();
  readWebConfig(file, files, () => {});
}

function tlsOf(
  { content, where }: YamlFile<WebConfig>,
  read: (name: string, where: string) => string,
): EndpointTls | undefined {
  const { tls_server_config: tls } = content;
  if (tls === undefined) return undefined;
  const at = (key: keyof typeof tls): string => where(["tls_server_config", key]);
  const { cert_file, key_file, client_ca_file, client_auth_type = "NoClientCert", min_version, max_version } = tls;
  if (cert_file === undefined || key_file === undefined) {
    throw misconfigured({ where: where(["tls_server_config"]), expected: "cert_file and key_file" });
  }
  if (client_ca_file !== undefined && client_auth_type === "NoClientCert") {
    const remedy = "Set client_auth_type to RequireAndVerifyClientCert, or leave client_ca_file out.";
    throw misconfigured({ where: at("client_ca_file"), expected: "that clients are asked for certificates", remedy });
  }
  if (client_ca_file === undefined && /Verify/.test(client_auth_type)) {
    throw misconfigured({ where: at("client_auth_type"), expected: "client_ca_file beside it" });
  }
  return {
    cert: read(cert_file, at("cert_file")),
    key: read(key_file, at("key_file")),
    ...(client_ca_file !== undefined && { ca: read(client_ca_file, at("client_ca_file")) }),
    clientCertificates: CLIENT_CERTIFICATES[client_auth_type],
    // As exporter-toolkit has it.
    minVersion: VERSIONS[min_version ?? "TLS12"],
    ...(max_version !== undefined && { maxVersion: VERSIONS[max_version] }),
  };
}
