import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GenerateResult, generate } from "selfsigned";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { type OtlpReceiver, startOtlpReceiver, tempDirectory } from "../../../test/services/index.ts";
import { type StartedVitals, startVitals } from "./start-vitals.ts";

let certificate: GenerateResult;

beforeAll(async () => {
  certificate = await generate([{ name: "commonName", value: "collector" }], {
    keyType: "ec",
    algorithm: "sha256",
    clientCertificate: true,
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });
});

/** Pushes to a receiver that wants a client's certificate; the environment names the files that are given. */
async function pushing(
  files: Readonly<Record<string, string | undefined>>,
): Promise<StartedVitals & { receiver: OtlpReceiver }> {
  const { cert, private: key } = certificate;
  const receiver = await startOtlpReceiver({ tls: { cert, key, ca: cert } });
  onTestFinished(() => receiver.close());
  const directory = tempDirectory("otlp-tls");
  onTestFinished(directory.remove);
  const environment: Record<string, string> = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.origin };
  for (const [variable, pem] of Object.entries(files)) {
    const path = join(directory.path, variable);
    writeFileSync(path, pem ?? "");
    environment[`OTEL_EXPORTER_OTLP_${variable}`] = path;
  }
  const options = { otlp: { intervalMs: 3_600_000, timeoutMs: 1000 }, runtimeMetrics: false };
  return { ...(await startVitals({ ...options, environment })), receiver };
}

test("metrics go over https with the certificates that the environment names", async () => {
  const { cert, clientcert, clientprivate } = certificate;
  const { vitals, receiver, warnings } = await pushing({
    CERTIFICATE: cert,
    CLIENT_CERTIFICATE: clientcert,
    CLIENT_KEY: clientprivate,
  });
  await vitals.flush();
  await vitals.flush();
  expect(receiver.exports).toHaveLength(2);
  expect(warnings).toEqual([]);
});

test("metrics go over https with the certificates that the code gives", async () => {
  const { cert, private: key, clientcert, clientprivate } = certificate;
  const receiver = await startOtlpReceiver({ tls: { cert, key, ca: cert } });
  onTestFinished(() => receiver.close());
  const tls = { ca: cert, cert: clientcert ?? "", key: Buffer.from(clientprivate ?? "") };
  const otlp = { endpoint: receiver.url, compression: "gzip", intervalMs: 3_600_000, timeoutMs: 1000, tls } as const;
  const { vitals, warnings } = await startVitals({ runtimeMetrics: false, otlp });
  await vitals.flush();
  expect(receiver.exports[0]?.headers["content-encoding"]).toBe("gzip");
  expect(warnings).toEqual([]);
});

test("a receiver that wants a client's certificate and gets none is told", async () => {
  const { vitals, receiver, warnings } = await pushing({ CERTIFICATE: certificate.cert });
  await vitals.flush();
  expect(receiver.requests).toBe(0);
  expect(warnings).toEqual([expect.stringContaining("otlp.tls")]);
});

test("an endpoint that is https by mistake, and one that is not by mistake, are told", async () => {
  const plain = await startOtlpReceiver();
  onTestFinished(() => plain.close());
  const push = async (endpoint: string): Promise<string> => {
    const otlp = { endpoint, intervalMs: 3_600_000, timeoutMs: 1000 };
    const { vitals, warnings } = await startVitals({ runtimeMetrics: false, otlp });
    await vitals.flush();
    return warnings.join();
  };
  expect(await push(plain.url.replace("http:", "https:"))).toContain("Begin the endpoint with http://");
  const { receiver } = await pushing({});
  expect(await push(receiver.url.replace("https:", "http:"))).toMatch(/the connection broke|https:\/\//);
});

test("a receiver whose certificate nobody vouches for gets nothing", async () => {
  const { vitals, receiver, warnings } = await pushing({});
  await vitals.flush();
  expect(receiver.requests).toBe(0);
  expect(warnings).toEqual([
    expect.stringMatching(
      /^taskvitals: A push over OTLP failed \(DEPTH_ZERO_SELF_SIGNED_CERT\): nobody vouches .*otlp\.tls\.ca/,
    ),
  ]);
});

test("a certificate that is none ends in a warning, not in the application", async () => {
  const { vitals, receiver, warnings } = await pushing({ CERTIFICATE: "hunter2", CLIENT_CERTIFICATE: "hunter2" });
  await vitals.flush();
  expect(receiver.requests).toBe(0);
  expect(warnings).toEqual([
    expect.stringMatching(/^taskvitals: A push over OTLP failed \(\w+\): a certificate or key is not PEM/),
  ]);
  expect(warnings.join()).not.toContain("hunter2");
});
