import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AuthenticationOptions } from "../../src/endpoint/authentication.ts";
import { createFetchHandler, type FetchHandler } from "../../src/endpoint/fetch-handler.ts";
import { createNodeHandler } from "../../src/endpoint/node-handler.ts";
import type { PageSource } from "../../src/endpoint/page-collector.ts";
import { ask } from "./http-client.ts";
import { holdPages, openEndpoint, PAGE, watchCollector } from "./open-endpoint.ts";

function handlerFor(collectPage?: PageSource, auth?: AuthenticationOptions): FetchHandler {
  return createFetchHandler(watchCollector(collectPage).collector, auth);
}

/** A Hono application on Node.js' own server. */
async function served(app: Hono): Promise<string> {
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 });
  onTestFinished(() => {
    server.close();
  });
  if (!server.listening) await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("mounted in Hono", () => {
  test("it serves the page at the application's path", async () => {
    const origin = await served(new Hono().get("/vitals", handlerFor()));
    expect(await ask(`${origin}/vitals`)).toMatchObject({
      status: 200,
      text: PAGE,
      headers: {
        "content-type": "text/plain; version=0.0.4; charset=utf-8",
        "content-length": String(PAGE.length),
        vary: "accept-encoding",
      },
    });
  });

  test("it follows the endpoint's rules: HEAD, gzip, methods, credentials, deadline", async () => {
    const held = holdPages();
    const { collector, asked } = watchCollector(held.source);
    const url = `${await served(new Hono().all("/vitals", createFetchHandler(collector, { token: "t" })))}/vitals`;
    const authorization = "Bearer t";
    expect(await ask(url)).toMatchObject({ status: 401, headers: { "www-authenticate": 'Bearer realm="metrics"' } });
    expect(await ask(url, { method: "POST", body: "x".repeat(100_000) })).toMatchObject({
      status: 405,
      headers: { allow: "GET, HEAD" },
    });
    const hasty = { authorization, "x-prometheus-scrape-timeout-seconds": "0.1" };
    expect(await ask(url, { headers: hasty })).toMatchObject({ status: 503, text: expect.stringContaining("90 ms") });
    const compressed = ask(url, { headers: { authorization, "accept-encoding": "gzip" } });
    const head = ask(url, { method: "HEAD", headers: { authorization } });
    await expect.poll(() => asked()).toBe(3);
    held.release(0);
    const answer = await compressed;
    expect(answer.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(answer.body).toString()).toBe(PAGE);
    expect(await head).toMatchObject({ status: 200, text: "", headers: { "content-length": String(PAGE.length) } });
  });

  test("a failed collection is 503 with a reason", async () => {
    const origin = await served(
      new Hono().get(
        "/",
        handlerFor(() => Promise.reject(new Error("broken"))),
      ),
    );
    expect(await ask(origin)).toMatchObject({ status: 503, text: "No metrics: the collection failed: Error\n" });
  });
});

test.each<[string, (request: Request) => Parameters<FetchHandler>[0]]>([
  ["a request", (request) => request],
  ["Hono's context", (request) => ({ req: { raw: request } })],
  ["a context with a request", (request) => ({ request })],
])("it takes %s", async (_, wrap) => {
  const answer = await handlerFor()(wrap(new Request("http://app/anything")));
  expect(answer.status).toBe(200);
  expect(await answer.text()).toBe(PAGE);
});

test("HEAD has the headers of GET and no body", async () => {
  const answer = await handlerFor()(new Request("http://app/", { method: "HEAD" }));
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-length")).toBe(String(PAGE.length));
  expect(answer.body).toBeNull();
});

test("it shares one collection with the node handler and the endpoint", async () => {
  const held = holdPages();
  const { collector, asked } = watchCollector(held.source);
  const { server } = await openEndpoint(collector);
  const application = createServer(createNodeHandler(collector)).listen(0, "127.0.0.1");
  onTestFinished(() => {
    application.close();
  });
  await once(application, "listening");
  const mounted = `http://127.0.0.1:${(application.address() as AddressInfo).port}/`;
  const fetched = createFetchHandler(collector)(new Request("http://app/")).then((answer) => answer.text());
  const scrapes = Promise.all([
    fetched,
    ask(server.url).then(({ text }) => text),
    ask(mounted).then(({ text }) => text),
  ]);
  await expect.poll(() => asked()).toBe(3);
  held.release(0);
  expect(await scrapes).toEqual([PAGE, PAGE, PAGE]);
  expect(held.started()).toBe(1);
});
