import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { fileURLToPath } from "node:url";
import type { QueueReadFailure, QueueReading } from "@taskvitals/core";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  capture,
  createTestAuthority,
  freePort,
  type RedisServer,
  startRedis,
  type TestAuthority,
  type TlsCertificate,
} from "../../../test/services/index.ts";
import { eventually } from "./eventually.ts";
import { type AnyRedis, ioredisVersions } from "./ioredis-versions.ts";
import { openBroker } from "./open-broker.ts";

const program = fileURLToPath(new URL("./fixtures/tls-reader.ts", import.meta.url));
const PASSWORD = "s3cret";

/** A server that speaks TLS on one port, and plainly on another for the test itself. */
interface TlsRedis {
  readonly server: RedisServer;
  readonly port: number;
}

let authority: TestAuthority;
let certificate: TlsCertificate;
let redis: TlsRedis;

const startTlsRedis = async ({ keyFile, certFile }: TlsCertificate, ...args: string[]): Promise<TlsRedis> => {
  const port = await freePort();
  const files = ["--tls-key-file", keyFile, "--tls-cert-file", certFile, "--tls-ca-cert-file", authority.caFile];
  const server = await startRedis({
    password: PASSWORD,
    args: ["--tls-port", String(port), "--tls-auth-clients", "no", ...files, ...args],
  });
  return { server, port };
};

beforeAll(async () => {
  authority = await createTestAuthority();
  certificate = await authority.issue("localhost");
  redis = await startTlsRedis(certificate);
  const client = new Redis(redis.server.url);
  await client.rpush("jobs", "a", "b");
  client.disconnect();
});

afterAll(async () => {
  await redis.server.stop();
  authority[Symbol.dispose]();
});

describe("a rediss:// URL", () => {
  /** Reads in a process of its own, with the CA that Node is told of by the environment. */
  const readWith = async (caFile: string | undefined, url: string): Promise<Record<string, unknown>> => {
    const env = { NODE_EXTRA_CA_CERTS: caFile };
    const { stdout, stderr } = await capture(process.execPath, [program, url], { env });
    expect(stdout + stderr).not.toContain(PASSWORD);
    return JSON.parse(stdout);
  };

  it("reads over TLS when Node is told of the CA, with the password in it", async () => {
    const read = await readWith(authority.caFile, `rediss://:${PASSWORD}@localhost:${redis.port}`);
    expect(read).toMatchObject({ jobs: { ok: true, ready: 2 }, up: true });
  });

  it("says whose certificate is not trusted and what to do when Node knows only another CA", async () => {
    using other = await createTestAuthority();
    for (const caFile of [undefined, other.caFile]) {
      const read = await readWith(caFile, `rediss://:${PASSWORD}@localhost:${redis.port}`);
      expect(read).toMatchObject({ jobs: { ok: false, reason: "refused" }, up: false });
      expect((read.jobs as QueueReadFailure).detail).toMatch(
        /^the server's certificate is not trusted; name the file of its CA in NODE_EXTRA_CA_CERTS, or .* \([A-Z_]+\)$/,
      );
    }
  });

  it("says that the certificate is for another host", async () => {
    const read = await readWith(authority.caFile, `rediss://:${PASSWORD}@127.0.0.1:${redis.port}`);
    expect(read).toMatchObject({ jobs: { ok: false, reason: "refused" }, up: false });
    expect((read.jobs as QueueReadFailure).detail).toMatch(
      /^the server's certificate is for another host name; .* \(ERR_TLS_CERT_ALTNAME_INVALID\)$/,
    );
  });

  it("says that the certificate has expired", async () => {
    const expired = await startTlsRedis(await authority.issue("localhost", 0));
    onTestFinished(() => expired.server.stop());
    const read = await readWith(authority.caFile, `rediss://:${PASSWORD}@localhost:${expired.port}`);
    expect((read.jobs as QueueReadFailure).detail).toBe(
      "the server's certificate is not valid at this time (CERT_HAS_EXPIRED)",
    );
  });

  it("says that the server wants a certificate of the client", async () => {
    const strict = await startTlsRedis(certificate, "--tls-auth-clients", "yes");
    onTestFinished(() => strict.server.stop());
    const read = await readWith(authority.caFile, `rediss://:${PASSWORD}@localhost:${strict.port}`);
    expect(read).toMatchObject({ jobs: { ok: false, reason: "refused" } });
    expect((read.jobs as QueueReadFailure).detail).toContain("a certificate of the client");

    const { ca } = authority;
    const { key, cert } = certificate;
    const client = new Redis(strict.port, "localhost", { password: PASSWORD, tls: { ca, key, cert } });
    onTestFinished(() => client.disconnect());
    await using broker = await openBroker(client, ["jobs"]);
    expect(await broker.lengths()).toEqual({ jobs: 0 });
  });
});

describe.each(ioredisVersions)("TLS, with ioredis $major", (version) => {
  const clients: AnyRedis[] = [];
  const importIoredis = async (): Promise<unknown> => version;

  /** A client as a caller makes it. */
  const make = (url: string, options: object): AnyRedis => {
    const client: AnyRedis = new version.Redis(url, options);
    client.on("error", () => {});
    clients.push(client);
    return client;
  };

  const readOnce = async (
    connection: string | AnyRedis,
    deadlineMs = 5000,
  ): Promise<QueueReading | QueueReadFailure | undefined> => {
    await using broker = await openBroker(connection, ["jobs"], { importIoredis, deadlineMs });
    const [jobs] = (await broker.read()).queues;
    expect(JSON.stringify([jobs, broker.problems])).not.toContain(PASSWORD);
    return jobs;
  };

  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });

  it("reads through a client that was made with tls options", async () => {
    const client = make(`rediss://:${PASSWORD}@localhost:${redis.port}`, { tls: { ca: authority.ca } });
    expect(await readOnce(client)).toMatchObject({ ok: true, ready: 2 });
  });

  it.each([
    ["no CA", {}, /certificate is not trusted/],
    ["another name", { servername: "elsewhere.example" }, /for another host name/],
  ])("says what is wrong with a client that was made with %s", async (_, options, detail) => {
    const tls = "servername" in options ? { ...options, ca: authority.ca } : options;
    const client = make(`rediss://:${PASSWORD}@localhost:${redis.port}`, { tls });
    expect(await readOnce(client)).toMatchObject({
      ok: false,
      reason: "refused",
      detail: expect.stringMatching(detail),
    });
  });

  it("says that a server may want TLS when a plain connection to it is cut", async () => {
    const url = `redis://:${PASSWORD}@localhost:${redis.port}`;
    const failure = { ok: false, reason: "refused", detail: expect.stringContaining("TLS") };
    expect(await readOnce(url)).toMatchObject(failure);
    const client = make(url, { retryStrategy: () => 50 });
    await eventually(() => readOnce(client)).toMatchObject(failure);
  });

  it("asks whether a server speaks TLS that does not answer to it", async () => {
    const url = `rediss://:${PASSWORD}@localhost:${redis.server.port}`;
    const failure = { ok: false, detail: expect.stringMatching(/speak TLS there/) };
    expect(await readOnce(url, 300)).toMatchObject(failure);
    expect(await readOnce(make(url, { tls: {} }), 300)).toMatchObject(failure);
  });

  it("says that what answers is no Redis server", async () => {
    const server = createHttpServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const url = `redis://:${PASSWORD}@127.0.0.1:${(server.address() as AddressInfo).port}`;
    const failure = { ok: false, reason: "error", detail: expect.stringContaining("not in Redis' protocol") };
    expect(await readOnce(url)).toMatchObject(failure);
  });

  it("tells the server the name of the host, for those that share an address", async () => {
    const asked = Promise.withResolvers<string>();
    const SNICallback = (name: string, done: (error: Error | null) => void): void => {
      asked.resolve(name);
      done(null);
    };
    const server = createTlsServer({ key: certificate.key, cert: certificate.cert, SNICallback }).listen(0);
    await once(server, "listening");
    onTestFinished(() => void server.close());
    await readOnce(`rediss://localhost:${(server.address() as AddressInfo).port}`);
    expect(await asked.promise).toBe("localhost");
  });
});
