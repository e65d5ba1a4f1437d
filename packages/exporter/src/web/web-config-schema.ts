import * as v from "valibot";

/** `tls_server_config` of exporter-toolkit, as far as it is served here. */
export interface WebTlsConfig {
  readonly cert_file?: string | undefined;
  readonly key_file?: string | undefined;
  readonly client_ca_file?: string | undefined;
  readonly client_auth_type?: ClientAuthType | undefined;
  readonly min_version?: TlsVersionName | undefined;
  readonly max_version?: TlsVersionName | undefined;
}

/** What Go's `crypto/tls` asks of clients. */
export type ClientAuthType =
  | "NoClientCert"
  | "RequestClientCert"
  | "RequireAnyClientCert"
  | "VerifyClientCertIfGiven"
  | "RequireAndVerifyClientCert";

/** Versions of TLS, as Go names them. */
export type TlsVersionName = "TLS10" | "TLS11" | "TLS12" | "TLS13";

/** `http_server_config` of exporter-toolkit. */
export interface WebHttpConfig {
  /** HTTP/2 is not spoken here, either way. */
  readonly http2?: boolean | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The content of a web configuration file. */
export interface WebConfig {
  readonly tls_server_config?: WebTlsConfig | undefined;
  readonly http_server_config?: WebHttpConfig | undefined;
  /** Hashes of passwords by user. */
  readonly basic_auth_users?: Readonly<Record<string, string>> | undefined;
}

// Forgetting a key here is a compile-time error.
type KeysOf<T> = Readonly<Record<keyof T, v.GenericSchema>>;

const text = v.pipe(v.string("text"), v.nonEmpty("text that is not empty"));
const version = v.picklist(["TLS10", "TLS11", "TLS12", "TLS13"], "TLS10, TLS11, TLS12 or TLS13");
const CLIENT_AUTH: readonly ClientAuthType[] = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert",
];

const tls = {
  cert_file: v.optional(text),
  key_file: v.optional(text),
  client_ca_file: v.optional(text),
  client_auth_type: v.optional(v.picklist(CLIENT_AUTH, `one of ${CLIENT_AUTH.join(", ")}`)),
  min_version: v.optional(version),
  max_version: v.optional(version),
} satisfies KeysOf<WebTlsConfig>;
const http = {
  http2: v.optional(v.boolean("true or false")),
  headers: v.optional(v.record(v.string(), v.string("text"), "a mapping of headers")),
} satisfies KeysOf<WebHttpConfig>;
const top = {
  tls_server_config: v.optional(v.strictObject(tls, "a mapping")),
  http_server_config: v.optional(v.strictObject(http, "a mapping")),
  basic_auth_users: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[^:\p{Cc}]+$/u, "a user name without a colon")),
      v.pipe(
        v.string("a bcrypt hash"),
        v.regex(/^\$2[aby]\$\d\d\$[./A-Za-z\d]{53}$/, "a bcrypt hash, as htpasswd -nBC 10 makes it"),
      ),
      "a mapping of users to bcrypt hashes",
    ),
  ),
} satisfies KeysOf<WebConfig>;

/** What a web configuration file may hold. */
export const webConfigSchema: v.GenericSchema<unknown, WebConfig> = v.strictObject(
  top,
  "a mapping",
) as unknown as v.GenericSchema<unknown, WebConfig>;

/** The names of the keys at a place of the file. */
export function webConfigKeysAt(path: readonly (string | number)[]): readonly string[] {
  const [first] = path;
  if (first === undefined) return Object.keys(top);
  return Object.keys(first === "tls_server_config" ? tls : first === "http_server_config" ? http : {});
}
