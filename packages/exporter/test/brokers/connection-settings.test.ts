import { describe, expect, it } from "vitest";
import { type ConnectionSettings, connectionSettings } from "../../src/brokers/connection-settings.ts";
import type { BrokerAddress, Credentials, TlsFiles } from "../../src/configuration/configuration-layer.ts";

const PEM = "-----BEGIN CERTIFICATE-----";
const files: Readonly<Record<string, string>> = {
  url: "redis://u:p@file:1/2\n",
  password: "with spaces \n",
  pem: PEM,
  text: "no certificate",
};

function settings(address: BrokerAddress, tls: TlsFiles = {}, credentials: Credentials = {}): ConnectionSettings {
  const location = { ...address, where: "brokers.a", credentials };
  return connectionSettings({ location, tls }, (file) => files[file] ?? "");
}

const sourced = (value: string, where = "--flag"): { value: string; where: string } => ({ value, where });

describe("a URL", () => {
  it("is enough where it says everything", () => {
    const url = "redis://u:p@h:1/2";
    expect(settings({ kind: "url", url })).toMatchObject({
      url,
      hosts: [{ host: "h", port: 1 }],
      db: 2,
      tls: undefined,
    });
  });

  it("is not enough beside files", () => {
    const made = settings({ kind: "url", url: "rediss://h" }, { ca: sourced("pem") });
    expect(made).toMatchObject({ url: undefined, tls: { ca: PEM, servername: "h" } });
  });

  it("may come from a file, and its password from another", () => {
    const made = settings({ kind: "url-file", file: "url" }, {}, { passwordFile: "password" });
    expect(made).toMatchObject({ hosts: [{ host: "file", port: 1 }], db: 2, username: "u", password: "with spaces " });
  });

  it("asks for no name of an address in the certificate", () => {
    expect(settings({ kind: "url", url: "rediss://127.0.0.1" }).tls).toEqual({});
  });
});

it("a Cluster has nodes, Sentinels have a master", () => {
  expect(settings({ kind: "cluster", nodes: ["a", "b:7000", "[::1]:1"] })).toMatchObject({
    kind: "cluster",
    hosts: [
      { host: "a", port: 6379 },
      { host: "b", port: 7000 },
      { host: "::1", port: 1 },
    ],
  });
  const sentinelCredentials = { passwordFile: "password" };
  const address = { kind: "sentinels", sentinels: ["s"], name: "main", db: 1, sentinelCredentials } as const;
  expect(settings(address, { ca: sourced("pem") }, { password: "p" })).toMatchObject({
    hosts: [{ host: "s", port: 26_379 }],
    name: "main",
    db: 1,
    password: "p",
    sentinelPassword: "with spaces ",
    tls: { ca: PEM },
  });
});

describe("a mistake", () => {
  it.each<[string, () => unknown, string]>([
    [
      "files without TLS",
      () => settings({ kind: "url", url: "redis://h" }, { ca: sourced("pem") }),
      "--flag: expected a server that is spoken to over TLS. Begin its URL with rediss:// instead of redis://.",
    ],
    [
      "a certificate without a key",
      () => settings({ kind: "url", url: "rediss://h" }, { cert: sourced("pem") }),
      "--flag: expected certificate and key together.",
    ],
    [
      "a file that is no PEM",
      () => settings({ kind: "url", url: "rediss://h" }, { ca: sourced("text") }),
      '--flag: got "text"; expected a file in PEM format (-----BEGIN …).',
    ],
    [
      "a user without a password",
      () => settings({ kind: "cluster", nodes: ["a"] }, {}, { username: "u" }),
      "brokers.a: expected a password beside the user name. Set password or passwordFile.",
    ],
    [
      "a node that is a URL",
      () => settings({ kind: "cluster", nodes: ["redis://:secret@a"] }),
      "brokers.a: got text that looks like a URL; expected host:port, such as redis-1:6379. User, password and TLS have keys of their own.",
    ],
    [
      "another scheme",
      () => settings({ kind: "url", url: "http://:secret@a" }),
      "brokers.a: expected redis://[[user]:password@]host[:port][/database], or rediss:// for TLS; the text has another form.",
    ],
  ])("%s is explained", (_, call, message) => {
    expect(call).toThrow(message);
    expect(call).not.toThrow("secret");
  });
});
