import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { invalidOption, TaskVitalsError } from "@taskvitals/core";
import type { OtlpTls } from "../telemetry/otlp-reader.ts";
import type { OtlpTlsOptions } from "./otlp-options.ts";

/**
 * The certificates of a push: those of the code, else those of the environment. What the environment names is not looked into: the application's
 * traces share it, and it must not take the application down.
 *
 * @throws TaskVitalsError `INVALID_OPTION` for what the code gives; no part of a certificate or key is shown
 */
export function resolveOtlpTls(given: OtlpTlsOptions | undefined, environment: OtlpTls, endpoint: string): OtlpTls {
  if (given === undefined) return environment;
  if (new URL(endpoint).protocol !== "https:") {
    throw invalidOption({
      path: "otlp.tls",
      expected: "an https endpoint",
      remedy: "Begin the endpoint with https://, or leave otlp.tls out.",
    });
  }
  const { ca, cert, key } = given;
  if ((cert === undefined) !== (key === undefined)) {
    throw invalidOption({ path: "otlp.tls", expected: "cert and key together, or neither" });
  }
  try {
    // OpenSSL passes over an authority that is none.
    if (ca !== undefined) new X509Certificate(ca);
    createSecureContext({ ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
  } catch (cause) {
    const message = "otlp.tls: expected certificates and a key that belong together, as PEM and not encrypted.";
    throw new TaskVitalsError("INVALID_OPTION", message, { cause });
  }
  const client = cert === undefined ? { cert: environment.cert, key: environment.key } : { cert, key };
  return { ca: ca ?? environment.ca, ...client };
}
