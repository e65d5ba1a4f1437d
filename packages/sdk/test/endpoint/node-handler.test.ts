import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import express from "express";
import fastify from "fastify";
import { describe, expect, onTestFinished, test } from "vitest";
import type { AuthenticationOptions } from "../../src/endpoint/authentication.ts";
import { createNodeHandler, type NodeHandler } from "../../src/endpoint/node-handler.ts";
import type { PageSource } from "../../src/endpoint/page-collector.ts";
import { ask } from "./http-client.ts";
import { holdPages, PAGE, type WatchedCollector, watchCollector } from "./open-endpoint.ts";

async function listening(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Applications that mount the handler at every path below /vitals, each in its framework's own way. */
const applications: [string, (handler: NodeHandler) => Promise<string>][] = [
  ["node:http", (handler) => listening(handler)],
  [
    "Express",
    (handler) => {
      const app = express();
      app.use(express.json());
      app.all("/vitals", handler);
      app.get("/open", (_, response) => void response.send("application"));
      return listening(app);
    },
  ],
  [
    "Fastify",
    async (handler) => {
      const app = fastify();
      app.all("/vitals", handler);
      app.get("/open", async () => "application");
      onTestFinished(() => app.close());
      return app.listen({ host: "127.0.0.1", port: 0 });
    },
  ],
];

function handlerFor(
  collectPage?: PageSource,
  auth?: AuthenticationOptions,
): WatchedCollector & { readonly handler: NodeHandler } {
  const watched = watchCollector(collectPage);
  return { ...watched, handler: createNodeHandler(watched.collector, auth) };
}

describe.each(applications)("mounted in %s", (_, mount) => {
  test("it serves the page at the application's path", async () => {
    const { handler, errors } = handlerFor();
    const url = `${await mount(handler)}/vitals`;
    const answer = await ask(url);
    expect(answer).toMatchObject({
      status: 200,
      text: PAGE,
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
    });
    expect(errors).toEqual([]);
  });

  test("it follows the endpoint's rules: HEAD, gzip, methods, credentials, deadline, failures", async () => {
    const held = holdPages();
    const { handler, asked } = handlerFor(held.source, { token: "t" });
    const url = `${await mount(handler)}/vitals`;
    const authorization = "Bearer t";
    expect(await ask(url)).toMatchObject({ status: 401, headers: { "www-authenticate": 'Bearer realm="metrics"' } });
    expect(await ask(url, { method: "DELETE" })).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
    const hasty = { authorization, "x-prometheus-scrape-timeout-seconds": "0.1" };
    expect(await ask(url, { headers: hasty })).toMatchObject({ status: 503, text: expect.stringContaining("90 ms") });
    const compressed = ask(url, { headers: { authorization, "accept-encoding": "gzip" } });
    const head = ask(url, { method: "HEAD", headers: { authorization } });
    await expect.poll(() => asked()).toBe(3);
    held.release(0);
    expect(gunzipSync((await compressed).body).toString()).toBe(PAGE);
    expect(await head).toMatchObject({ status: 200, text: "", headers: { "content-length": String(PAGE.length) } });
    expect(held.started()).toBe(1);
  });

  test("a failed collection is 503 and the application goes on", async () => {
    const { handler, errors } = handlerFor(() => Promise.reject(new Error("broken")));
    const origin = await mount(handler);
    expect(await ask(`${origin}/vitals`)).toMatchObject({
      status: 503,
      text: "No metrics: the collection failed: Error\n",
    });
    expect(errors).toHaveLength(1);
    if (mount !== applications[0]?.[1]) expect((await ask(`${origin}/open`)).text).toBe("application");
  });

  test("a body is refused whether or not the application has read it", async () => {
    const { handler } = handlerFor();
    const url = `${await mount(handler)}/vitals`;
    const answer = await ask(url, { method: "POST", headers: { "content-type": "application/json" }, body: '{"a":1}' });
    expect(answer.status).toBe(405);
  });
});

test("Fastify's own hooks and GET routes see the handler as any other", async () => {
  const { handler } = handlerFor();
  const app = fastify();
  onTestFinished(() => app.close());
  const seen: string[] = [];
  app.addHook("onRequest", async (request) => void seen.push(request.url));
  app.get("/metrics", handler);
  const origin = await app.listen({ host: "127.0.0.1", port: 0 });
  expect((await ask(`${origin}/metrics`)).text).toBe(PAGE);
  expect(await ask(`${origin}/metrics`, { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  expect(seen).toEqual(["/metrics", "/metrics"]);
});

test("Fastify leaves the reply to the handler when an async route calls it", async () => {
  const { handler } = handlerFor();
  const app = fastify();
  onTestFinished(() => app.close());
  app.get("/metrics", async (request, reply) => handler(request, reply));
  const origin = await app.listen({ host: "127.0.0.1", port: 0 });
  expect((await ask(`${origin}/metrics`)).text).toBe(PAGE);
});

test("an answer that cannot be sent destroys the connection, so that the scrape fails", async () => {
  const { handler, errors } = handlerFor();
  const origin = await listening((request, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    response.write("something else\n");
    handler(request, response);
  });
  await expect(ask(origin)).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(errors).toEqual([["expose", expect.objectContaining({ code: "ERR_HTTP_HEADERS_SENT" })]]);
});

test("an error while the page is written destroys the connection", async () => {
  const { handler, errors } = handlerFor();
  const broken = new Error("disk on fire");
  const origin = await listening((request, response) => {
    const { write } = response;
    // Half of the page goes out, then the response fails as a stream does.
    response.end = ((body: Buffer) => {
      write.call(response, body.subarray(0, 100), "utf8", () => response.emit("error", broken));
      return response;
    }) as typeof response.end;
    handler(request, response);
  });
  await expect(ask(origin)).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(errors).toEqual([["expose", broken]]);
});

test("unusable credentials are refused when the handler is made", () => {
  expect(() => handlerFor(undefined, { token: "" })).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
});
