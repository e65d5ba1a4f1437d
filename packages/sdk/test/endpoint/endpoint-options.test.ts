import { expect, test } from "vitest";
import { type EndpointOptions, resolveEndpointOptions } from "../../src/endpoint/endpoint-options.ts";

test("the defaults are private and those of Prometheus and OpenTelemetry", () => {
  expect(resolveEndpointOptions({})).toEqual({
    host: "127.0.0.1",
    headers: {},
    port: 9464,
    path: "/metrics",
    authenticator: undefined,
    tls: undefined,
    onPortInUse: "throw",
    collectTimeoutMs: 10_000,
    limits: { maxConnections: 128, requestTimeoutMs: 5000, writeTimeoutMs: 10_000, closeTimeoutMs: 1000 },
  });
});

test("undefined counts as not given", () => {
  const given: EndpointOptions = {
    host: undefined,
    port: undefined,
    path: undefined,
    tls: undefined,
    limits: undefined,
  };
  expect(resolveEndpointOptions(given)).toEqual(resolveEndpointOptions({}));
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["::", "::"],
  ["[::1]", "::1"],
  ["fe80::1%eth0", "fe80::1%eth0"],
  ["localhost", "localhost"],
  ["my-host.internal.", "my-host.internal."],
])("host %j binds to %j", (host, bound) => {
  expect(resolveEndpointOptions({ host }).host).toBe(bound);
});

const PEM = { cert: "-----BEGIN CERTIFICATE-----", key: "-----BEGIN PRIVATE KEY-----" };

const refused: [EndpointOptions | { [Key in keyof EndpointOptions]: unknown }, string][] = [
  [{ host: "" }, 'endpoint.host: got ""; expected an IP address or a host name'],
  [{ host: "0.0.0.0:9464" }, 'endpoint.host: got "0.0.0.0:9464"; expected'],
  [{ host: "local host" }, 'endpoint.host: got "local host"; expected'],
  [{ host: 1 }, "endpoint.host: got 1; expected"],
  [{ port: -1 }, "endpoint.port: got -1; expected an integer from 0 to 65535."],
  [{ port: 65_536 }, "endpoint.port: got 65536; expected"],
  [{ port: 1.5 }, "endpoint.port: got 1.5; expected"],
  [{ port: Number.NaN }, "endpoint.port: got NaN; expected"],
  [{ port: "9464" }, 'endpoint.port: got "9464"; expected'],
  [{ path: "metrics" }, 'endpoint.path: got "metrics"; expected a path that begins with "/"'],
  [{ path: "/metrics?x" }, 'endpoint.path: got "/metrics?x"; expected'],
  [{ path: "/a b" }, 'endpoint.path: got "/a b"; expected'],
  [{ path: "/healthz" }, 'endpoint.path: got "/healthz"; expected'],
  [{ path: "/readyz" }, 'endpoint.path: got "/readyz"; expected'],
  [{ onPortInUse: "ignore" }, 'endpoint.onPortInUse: got "ignore"; expected "throw" or "warn".'],
  [{ collectTimeoutMs: 0 }, "endpoint.collectTimeoutMs: got 0; expected an integer from 1 to 600000."],
  [{ collectTimeoutMs: Infinity }, "endpoint.collectTimeoutMs: got Infinity; expected"],
  [{ limits: { maxConnections: 0 } }, "endpoint.limits.maxConnections: got 0; expected an integer from 1 to 10000."],
  [{ limits: { requestTimeoutMs: 0 } }, "endpoint.limits.requestTimeoutMs: got 0; expected"],
  [{ limits: { writeTimeoutMs: 1e9 } }, "endpoint.limits.writeTimeoutMs: got 1000000000; expected"],
  [{ limits: { closeTimeoutMs: -1 } }, "endpoint.limits.closeTimeoutMs: got -1; expected an integer from 0 to 60000."],
  [{ tls: null }, "endpoint.tls: expected an object with cert and key."],
  [{ tls: { cert: "/etc/cert.pem", key: "" } }, "endpoint.tls.cert: expected PEM text"],
  [{ token: "" }, "endpoint.token: expected"],
  [
    { headers: { "a b": "c" } },
    'endpoint.headers: expected headers that HTTP allows, as strings by name. Correct "a b".',
  ],
  [
    { headers: { a: "line\nend" } },
    'endpoint.headers: expected headers that HTTP allows, as strings by name. Correct "a".',
  ],
  [
    { tls: { ...PEM, clientCertificates: "all" } },
    'endpoint.tls.clientCertificates: got "all"; expected one of none, request,',
  ],
  [{ tls: { ...PEM, clientCertificates: "verify" } }, "endpoint.tls.ca: expected authorities to verify clients by."],
  [
    { tls: { ...PEM, minVersion: "1.3" } },
    'endpoint.tls.minVersion: got "1.3"; expected one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3.',
  ],
];

test.each(refused)("%j is refused with path, value and what is accepted", (options, message) => {
  expect(() => resolveEndpointOptions(options as EndpointOptions)).toThrow(
    expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(message) }),
  );
});

test("credentials in a host, and a key, are not repeated", () => {
  const attempt = (options: unknown): string => {
    try {
      resolveEndpointOptions(options as EndpointOptions);
    } catch (error) {
      return (error as Error).message;
    }
    return "accepted";
  };
  expect(attempt({ host: "http://user:hunter2@0.0.0.0" })).toMatch(/^endpoint\.host: expected an IP address/);
  const pem = "-----BEGIN CERTIFICATE-----";
  expect(attempt({ tls: { cert: pem, key: "hunter2" } })).toBe(
    "endpoint.tls.key: expected PEM text, as a string or a Buffer. Pass the file's content, not its name.",
  );
});
