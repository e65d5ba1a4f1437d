import { once } from "node:events";
import { connect } from "node:tls";
import { LIVE_PATHS } from "@taskvitals/live";
import { type GenerateResult, generate } from "selfsigned";
import { beforeAll, expect, test } from "vitest";
import { ask } from "./http-client.ts";
import { feedPage } from "./live-feed-page.ts";
import { holdPages, openEndpoint, PAGE } from "./open-endpoint.ts";
import { connectRaw } from "./raw-client.ts";

let own: GenerateResult;
let other: GenerateResult;

const certificate = (name: string): Promise<GenerateResult> =>
  generate([{ name: "commonName", value: name }], {
    keyType: "ec",
    algorithm: "sha256",
    clientCertificate: true,
    extensions: [
      { name: "basicConstraints", cA: true },
      { name: "subjectAltName", altNames: [{ type: 7, ip: "127.0.0.1" }] },
    ],
  });

beforeAll(async () => {
  [own, other] = await Promise.all([certificate("own"), certificate("other")]);
});

const tls = (): { cert: string; key: string } => ({ cert: own.cert, key: own.private });

test("the page comes over TLS, to those who trust the certificate", async () => {
  const { server } = await openEndpoint(undefined, { tls: tls(), token: "t" });
  expect(server.url).toBe(`https://127.0.0.1:${server.port}/metrics`);
  const headers = { authorization: "Bearer t" };
  expect(await ask(server.url, { tls: { ca: own.cert }, headers })).toMatchObject({ status: 200, text: PAGE });
  await expect(ask(server.url, { tls: { ca: other.cert }, headers })).rejects.toThrow();
});

test("plain HTTP gets no answer from it", async () => {
  const { server } = await openEndpoint(undefined, { tls: tls() });
  await expect(ask(server.url.replace("https:", "http:"))).rejects.toThrow();
});

test("certificate and key are taken as Buffers too", async () => {
  const { server } = await openEndpoint(undefined, {
    tls: { cert: Buffer.from(own.cert), key: Buffer.from(own.private) },
  });
  expect((await ask(server.url, { tls: { ca: own.cert } })).status).toBe(200);
});

test("with an authority for clients, only they are served", async () => {
  const { server, origin } = await openEndpoint(undefined, { tls: { ...tls(), ca: own.cert } });
  const { clientcert: cert, clientprivate: key } = own;
  if (cert === undefined || key === undefined) expect.fail("no client certificate was made");
  expect((await ask(server.url, { tls: { ca: own.cert, cert, key } })).status).toBe(200);
  await expect(ask(`${origin}/healthz`, { tls: { ca: own.cert } })).rejects.toThrow();
});

test("the live page comes over TLS, with credentials of its own, and its streams end as they do without", async () => {
  const { feed, page } = await feedPage(() => ({ jobs: 3 }));
  const basicAuth = { username: "person", password: "p" };
  const { server, origin } = await openEndpoint(
    undefined,
    { tls: tls(), token: "t", livePage: { basicAuth } },
    { livePage: () => page },
  );
  const authorization = `Basic ${Buffer.from("person:p").toString("base64")}`;
  const trusting = { tls: { ca: own.cert }, headers: { authorization } };
  expect(server.livePageUrl).toBe(`https://127.0.0.1:${server.port}/`);
  expect((await ask(`${origin}/`, { tls: { ca: own.cert } })).status).toBe(401);
  expect((await ask(`${origin}/`, trusting)).text).toMatch(/^<!doctype html>/i);
  expect((await ask(`${origin}/live/state`, trusting)).status).toBe(200);
  const stream = connect({ port: server.port, host: "127.0.0.1", ca: own.cert });
  let received = "";
  stream.on("data", (chunk) => {
    received += String(chunk);
  });
  const ended = once(stream, "close");
  stream.write(`GET ${LIVE_PATHS.events} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`);
  await expect.poll(() => received).toContain("event: state");
  feed.end();
  await ended;
  expect(received).toMatch(/\r\n0\r\n\r\n$/);
});

test("a key that does not belong to the certificate is refused without being shown", async () => {
  const attempt = openEndpoint(undefined, { tls: { cert: own.cert, key: other.private } });
  await expect(attempt).rejects.toMatchObject({
    code: "INVALID_OPTION",
    message: expect.stringMatching(/^endpoint\.tls: expected a PEM certificate chain .* \(ERR_OSSL_\w+\)\. Check that/),
  });
  await expect(attempt).rejects.toThrow(expect.not.objectContaining({ message: expect.stringContaining("PRIVATE") }));
});

test("a client that never finishes its handshake is cut off", async () => {
  const { server } = await openEndpoint(undefined, { tls: tls(), limits: { requestTimeoutMs: 200 } });
  const silent = await connectRaw(server.port);
  await silent.isCutOff();
});

test("closing drops idle clients, answers the scrape in flight, and does not wait for a handshake for ever", async () => {
  const held = holdPages();
  const { server } = await openEndpoint(held.source, { tls: tls(), limits: { closeTimeoutMs: 2000 } });
  const handshaking = await connectRaw(server.port);
  const idle = connect({ port: server.port, host: "127.0.0.1", ca: own.cert });
  const idleEnded = new Promise((resolve) => idle.once("close", resolve));
  idle.on("error", () => undefined);
  idle.resume();
  await new Promise((resolve) => idle.once("secureConnect", resolve));
  const scrape = ask(server.url, { tls: { ca: own.cert } });
  await expect.poll(() => held.started()).toBe(1);
  const from = performance.now();
  const closed = server.close();
  await idleEnded;
  held.release(0);
  expect((await scrape).text).toBe(PAGE);
  await closed;
  expect(performance.now() - from).toBeLessThan(10_000);
  await handshaking.isCutOff();
});

test("what clients must show can be chosen", async () => {
  const { clientcert, clientprivate } = own;
  const { clientcert: strange, clientprivate: strangeKey } = other;
  if (!clientcert || !clientprivate || !strange || !strangeKey) expect.fail("no client certificates were made");
  const nobody = { ca: own.cert };
  const known = { ca: own.cert, cert: clientcert, key: clientprivate };
  const stranger = { ca: own.cert, cert: strange, key: strangeKey };
  const wanted = [
    ["verify-if-given", [true, true, false]],
    ["any", [false, true, true]],
    ["request", [true, true, true]],
    ["verify", [false, true, false]],
  ] as const;
  for (const [clientCertificates, served] of wanted) {
    const { server } = await openEndpoint(undefined, { tls: { ...tls(), ca: own.cert, clientCertificates } });
    const answers = [nobody, known, stranger].map((client) =>
      ask(server.url, { tls: client }).then(
        ({ status }) => status === 200,
        () => false,
      ),
    );
    expect([clientCertificates, await Promise.all(answers)]).toEqual([clientCertificates, served]);
  }
});

test("certificate and key can be renewed while it serves, and what cannot be used leaves the old ones", async () => {
  let renew: (renewed: { cert: string; key: string }) => void = () => {};
  const onStart = (given: typeof renew): void => {
    renew = given;
  };
  const { server } = await openEndpoint(undefined, { tls: { ...tls(), onStart } });
  expect(() => renew({ cert: own.cert, key: other.private })).toThrow();
  expect((await ask(server.url, { tls: { ca: own.cert } })).status).toBe(200);
  renew({ cert: other.cert, key: other.private });
  expect((await ask(server.url, { tls: { ca: other.cert } })).status).toBe(200);
  await expect(ask(server.url, { tls: { ca: own.cert } })).rejects.toThrow();
});

test("versions of TLS can be limited", async () => {
  const { server } = await openEndpoint(undefined, { tls: { ...tls(), maxVersion: "TLSv1.2" } });
  const socket = connect({ port: server.port, host: "127.0.0.1", ca: own.cert });
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  expect(socket.getProtocol()).toBe("TLSv1.2");
  socket.destroy();
});
