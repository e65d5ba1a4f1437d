import { hash } from "bcryptjs";
import { expect, it, onTestFinished } from "vitest";
import { capture, createTestAuthority, waitUntil } from "../../../test/services/index.ts";
import { serveExporter } from "./start-exporter.ts";
import { tempFiles } from "./temp-files.ts";

/** The status that curl gets; 0 where there is no answer. */
async function status(url: string, ...args: string[]): Promise<number> {
  const { stdout } = await capture("curl", ["-s", "-o", "/dev/null", "-w", "%{http_code}", ...args, url]);
  return Number(stdout);
}

it("serves over TLS to users and clients of a web configuration file, which may change", async () => {
  using authority = await createTestAuthority();
  const [first, second, client] = [
    await authority.issue("localhost"),
    await authority.issue("metrics.internal"),
    await authority.issue("prometheus"),
  ];
  const files = tempFiles();
  files.write("server.crt", first.cert);
  files.write("server.key", first.key);
  const config = async (password: string): Promise<string> => `
tls_server_config:
  cert_file: server.crt
  key_file: server.key
  client_ca_file: ${authority.caFile}
  client_auth_type: RequireAndVerifyClientCert
  min_version: TLS13
http_server_config: { headers: { X-Frame-Options: deny } }
basic_auth_users: { prometheus: ${await hash(password, 4)} }
`;
  const web = files.write("web.yaml", await config("one"));
  const exporter = await serveExporter(["--redis", "redis://127.0.0.1:1", "--web.config.file", web]);
  onTestFinished(() => void exporter.process.kill("SIGKILL"));
  expect(exporter.url).toMatch(/^https:/);
  const { port } = new URL(exporter.url);
  const url = `https://localhost:${port}/metrics`;
  const trusted = ["--cacert", authority.caFile, "--cert", client.certFile, "--key", client.keyFile];
  const ann = ["-u", "prometheus:one"];
  expect(await status(url, ...trusted, ...ann)).toBe(200);
  expect(await status(url, ...trusted)).toBe(401);
  expect(await status(url, ...trusted, "-u", "prometheus:two")).toBe(401);
  expect(await status(url, ...trusted, "-u", "eve:one")).toBe(401);
  expect(await status(url, "--cacert", authority.caFile, ...ann)).toBe(0);
  expect(await status(url, ...trusted, ...ann, "--tls-max", "1.2")).toBe(0);
  expect(await status(url.replace("https", "http"), ...ann)).toBe(0);
  const { stdout } = await capture("curl", ["-sI", ...trusted, `https://localhost:${port}/healthz`]);
  expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n(.*\r\n)*x-frame-options: deny\r\n/im);

  files.write("server.crt", second.cert);
  files.write("server.key", second.key);
  files.write("web.yaml", await config("two"));
  const renamed = `https://metrics.internal:${port}/metrics`;
  const resolved = ["--resolve", `metrics.internal:${port}:127.0.0.1`];
  await waitUntil(async () => (await status(renamed, ...trusted, ...resolved, "-u", "prometheus:two")) === 200, {
    what: "the new certificate and the new password",
  });
  expect(await status(renamed, ...trusted, ...resolved, ...ann)).toBe(401);
});
