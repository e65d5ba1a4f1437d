import { gunzipSync } from "node:zlib";
import type { LiveHistory, LiveState } from "@taskvitals/live";
import { expect, test } from "vitest";
import type { EndpointOptions } from "../../src/endpoint/endpoint-options.ts";
import { ask } from "./http-client.ts";
import { feedPage } from "./live-feed-page.ts";
import { type OpenEndpoint, openEndpoint } from "./open-endpoint.ts";
import { connectRaw } from "./raw-client.ts";

const MANY = Object.fromEntries(Array.from({ length: 50 }, (_, nth) => [`jobs-${nth}`, nth]));

async function open(
  options: EndpointOptions = {},
  lengths: Readonly<Record<string, number>> = { jobs: 3 },
): Promise<OpenEndpoint> {
  const { page } = await feedPage(() => lengths);
  return openEndpoint(undefined, options, { livePage: () => page });
}

function basic(user: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(user).toString("base64")}` };
}

test("the document, the state and the curves are at their paths, and the metrics where they were", async () => {
  const { origin, server } = await open();
  expect(server.livePageUrl).toBe(`${origin}/`);
  const document = await ask(`${origin}/`);
  expect([document.status, document.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  expect(document.text).toMatch(/^<!doctype html>/i);
  const state = await ask(`${origin}/live/state`);
  expect([state.status, state.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
  expect((JSON.parse(state.text) as LiveState).queues).toMatchObject([{ queue: "jobs", ready: 3 }]);
  const curves = await ask(`${origin}/live/history?queue=jobs`);
  expect((JSON.parse(curves.text) as LiveHistory).curves.ready).toEqual([3]);
  expect((JSON.parse((await ask(`${origin}/live/history`)).text) as LiveHistory).curves.ready).toEqual([3]);
  expect((await ask(server.url)).text).toContain("# TYPE");
  expect((await ask(`${origin}/other`)).text).toContain("the live page at /");
});

test("nothing is kept in a cache, framed, sniffed or loaded from elsewhere", async () => {
  const { origin } = await open();
  for (const path of ["/", "/live/state", "/live/history"]) {
    const { headers } = await ask(origin + path);
    expect(headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
    expect(headers.vary).toBe("accept-encoding");
  }
  const { headers } = await ask(`${origin}/`);
  expect(headers).toMatchObject({ "referrer-policy": "no-referrer", "x-frame-options": "DENY" });
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  expect(headers["content-security-policy"]).not.toMatch(/unsafe|https?:|\*/);
});

test("HEAD answers with the headers of GET alone, and other methods are refused", async () => {
  const { origin } = await open();
  for (const path of ["/", "/live/state", "/live/history"]) {
    const [get, head] = [await ask(origin + path), await ask(origin + path, { method: "HEAD" })];
    expect([head.status, head.text]).toEqual([200, ""]);
    expect(head.headers["content-type"]).toBe(get.headers["content-type"]);
    const post = await ask(origin + path, { method: "POST", body: "x" });
    expect([post.status, post.headers.allow]).toEqual([405, "GET, HEAD"]);
  }
  const events = await ask(`${origin}/live/events`, { method: "HEAD" });
  expect([events.status, events.headers["content-type"], events.text]).toEqual([
    ...[200, "text/event-stream; charset=utf-8", ""],
  ]);
});

test("what is large is compressed for those who can read it", async () => {
  const { origin } = await open({}, MANY);
  const plain = await ask(`${origin}/live/state`);
  const packed = await ask(`${origin}/live/state`, { headers: { "accept-encoding": "gzip, br" } });
  expect([plain.headers["content-encoding"], packed.headers["content-encoding"]]).toEqual([undefined, "gzip"]);
  expect(packed.body.length).toBeLessThan(plain.body.length / 4);
  expect(gunzipSync(packed.body).toString("utf8")).toBe(plain.text);
});

test("of what is not kept there are no curves", async () => {
  const { origin } = await open();
  for (const query of ["?queue=other", "?queue=", "?queue=jobs&task=x", "?queue=__proto__", "?queue=%00"]) {
    expect((await ask(`${origin}/live/history${query}`)).status, query).toBe(404);
  }
});

test("queues of any name are found by it", async () => {
  const names = ["a b&c=d", "%25", "ключ", "a\nb", "</script>", "#?/", "😀"];
  const { origin } = await open({}, Object.fromEntries(names.map((name) => [name, 1])));
  for (const name of names) {
    expect((await ask(`${origin}/live/history?queue=${encodeURIComponent(name)}`)).status, name).toBe(200);
  }
  const { queues } = JSON.parse((await ask(`${origin}/live/state`)).text) as LiveState;
  expect(queues.map(({ queue }) => queue).toSorted()).toEqual(names.toSorted());
});

test.each([
  "/live/history?%E0%A4%A",
  "/live/history?queue=%",
  `/live/history?queue=${"x".repeat(4000)}`,
  `/live/history?${"&".repeat(4000)}`,
  "/live/history?queue=a&queue=b",
  "//live/state",
  "/live/state/",
  "/../live/state",
])("%j is answered, and the page goes on", async (target) => {
  const { errors, origin, server } = await open();
  const client = await connectRaw(server.port);
  client.send(`GET ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  await client.sees(/^HTTP\/1\.1 (200|404) /);
  expect((await ask(`${origin}/live/state`)).status).toBe(200);
  expect(errors).toEqual([]);
});

test("headers that are too large are refused, and a client of HTTP/1.0 is served", async () => {
  const { server } = await open();
  const large = await connectRaw(server.port);
  large.send(`GET / HTTP/1.1\r\nhost: x\r\nx-large: ${"x".repeat(10_000)}\r\n\r\n`);
  await large.sees(/^HTTP\/1\.1 431 /);
  const old = await connectRaw(server.port);
  old.send("GET /live/state HTTP/1.0\r\n\r\n");
  await old.sees(/"queue":"jobs"/);
  await old.isCutOff();
});

test("a proxy that sends scheme and authority is understood", async () => {
  const { server } = await open();
  const client = await connectRaw(server.port);
  client.send("GET http://vitals.example/live/state?x=http://y HTTP/1.1\r\nhost: vitals.example\r\n\r\n");
  await client.sees(/"queue":"jobs"/);
});

test("the page asks for the credentials of the metrics", async () => {
  const { origin } = await open({ basicAuth: { username: "prometheus", password: "of-the-metrics" } });
  for (const path of ["/", "/live/state", "/live/events", "/live/history"]) {
    const refused = await ask(origin + path);
    expect([path, refused.status, refused.headers["www-authenticate"]]).toEqual([
      ...[path, 401, expect.stringContaining("Basic realm=") as unknown],
    ]);
    expect(refused.text).not.toContain("jobs");
  }
  expect((await ask(`${origin}/live/state`, { headers: basic("prometheus:of-the-metrics") })).status).toBe(200);
});

test("credentials of its own are asked for in their place, and do not open the metrics", async () => {
  const { origin, server } = await open({
    basicAuth: { username: "prometheus", password: "of-the-metrics" },
    livePage: { basicAuth: { username: "person", password: "of-the-page" } },
  });
  const asked = async (url: string, user: string): Promise<number> => (await ask(url, { headers: basic(user) })).status;
  expect(await asked(`${origin}/`, "person:of-the-page")).toBe(200);
  expect(await asked(`${origin}/`, "prometheus:of-the-metrics")).toBe(401);
  expect(await asked(server.url, "person:of-the-page")).toBe(401);
  expect(await asked(server.url, "prometheus:of-the-metrics")).toBe(200);
});

test("headers of the endpoint are on every answer of the page", async () => {
  const { origin } = await open({ headers: { "strict-transport-security": "max-age=60" } });
  for (const path of ["/", "/live/state", "/live/history"]) {
    expect((await ask(origin + path)).headers["strict-transport-security"]).toBe("max-age=60");
  }
});

test("without a live page its paths are nothing, and the root is not mentioned", async () => {
  const { origin, server } = await openEndpoint();
  expect(server.livePageUrl).toBeUndefined();
  for (const path of ["/", "/live/state", "/live/events", "/live/history"]) {
    const { status, text } = await ask(origin + path);
    expect([path, status]).toEqual([path, 404]);
    expect(text).not.toContain("live page");
  }
});
