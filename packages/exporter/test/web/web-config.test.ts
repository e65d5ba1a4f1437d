import { describe, expect, it } from "vitest";
import { readWebConfigOnce } from "../../src/web/web-config.ts";
import { refusal } from "../refusal.ts";
import { tempFiles } from "../temp-files.ts";

const HASH = "$2y$10$abcdefghijklmnopqrstuuwkPZ1v2Zg8p0a0zqRm3yQd8y2r8uq6W";

function read(text: string): void {
  const files = tempFiles();
  files.write("server.pem", "-----BEGIN CERTIFICATE-----");
  readWebConfigOnce({ value: files.write("web.yaml", text), where: "--web.config.file" });
}

it("takes the file of exporter-toolkit", () => {
  read(`
tls_server_config:
  cert_file: server.pem
  key_file: server.pem
  client_ca_file: server.pem
  client_auth_type: RequireAndVerifyClientCert
  min_version: TLS13
http_server_config:
  http2: false
  headers: { Strict-Transport-Security: max-age=31536000 }
basic_auth_users:
  prometheus: ${HASH}
`);
  read("{}");
});

describe("a mistake in it", () => {
  it.each([
    ["tls_config: {}", "tls_config: expected one of the keys tls_server_config, http_server_config, basic_auth_users."],
    ["basic_auth_user: {}", 'Did you mean "basic_auth_users"?'],
    [
      "tls_server_config: { cert: x }",
      'tls_server_config.cert: expected one of the keys cert_file, key_file, client_ca_file, client_auth_type, min_version, max_version. Did you mean "cert_file"?',
    ],
    ["tls_server_config: { cert_file: server.pem }", "tls_server_config: expected cert_file and key_file."],
    ["tls_server_config: { cert_file: server.pem, key_file: nowhere }", "tls_server_config.key_file: got "],
    [
      "tls_server_config: { client_auth_type: Require }",
      "tls_server_config.client_auth_type: expected one of NoClientCert, RequestClientCert",
    ],
    [
      "tls_server_config: { min_version: '1.2' }",
      "tls_server_config.min_version: expected TLS10, TLS11, TLS12 or TLS13.",
    ],
    [
      "tls_server_config: { cert_file: server.pem, key_file: server.pem, client_ca_file: server.pem }",
      "client_ca_file: expected that clients are asked for certificates. Set client_auth_type to RequireAndVerifyClientCert",
    ],
    [
      "tls_server_config: { cert_file: server.pem, key_file: server.pem, client_auth_type: VerifyClientCertIfGiven }",
      "client_auth_type: expected client_ca_file beside it.",
    ],
    [
      "basic_auth_users: { ann: plain-secret }",
      "basic_auth_users.ann: expected a bcrypt hash, as htpasswd -nBC 10 makes it.",
    ],
  ])("%j is explained", (text, message) => {
    const said = refusal(() => read(text));
    expect(said).toContain(message);
    expect(said).not.toContain("secret");
  });
});
