import { gunzipSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { startEndpoint } from "../../src/endpoint/endpoint-server.ts";
import { ask } from "./http-client.ts";
import { holdPages, openEndpoint, PAGE, watchCollector } from "./open-endpoint.ts";

const TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";
const scrapeTimeout = (seconds: string): Record<string, string> => ({
  "x-prometheus-scrape-timeout-seconds": seconds,
});

describe("the page", () => {
  test("is served whole, as Prometheus' text format", async () => {
    const { server } = await openEndpoint();
    const answer = await ask(server.url);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(PAGE);
    expect(answer.headers).toMatchObject({
      "content-type": TEXT_FORMAT,
      "content-length": String(Buffer.byteLength(PAGE)),
      vary: "accept-encoding",
    });
    expect(answer.headers).not.toHaveProperty("content-encoding");
  });

  test("is never OpenMetrics, whatever is asked for", async () => {
    const { server } = await openEndpoint();
    const accept = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5";
    const answer = await ask(server.url, { headers: { accept } });
    expect(answer.headers["content-type"]).toBe(TEXT_FORMAT);
  });

  test("is compressed when asked for, and not when gzip is ruled out", async () => {
    const { server } = await openEndpoint();
    const compressed = await ask(server.url, { headers: { "accept-encoding": "gzip" } });
    expect(compressed.headers).toMatchObject({ "content-encoding": "gzip", vary: "accept-encoding" });
    expect(compressed.headers["content-length"]).toBe(String(compressed.body.length));
    expect(compressed.body.length).toBeLessThan(PAGE.length / 2);
    expect(gunzipSync(compressed.body).toString()).toBe(PAGE);
    const plain = await ask(server.url, { headers: { "accept-encoding": "gzip;q=0" } });
    expect(plain.text).toBe(PAGE);
    expect(plain.headers).not.toHaveProperty("content-encoding");
  });

  test("is not worth compressing when tiny", async () => {
    const { server } = await openEndpoint(async () => "a 1\n");
    const answer = await ask(server.url, { headers: { "accept-encoding": "gzip" } });
    expect(answer.text).toBe("a 1\n");
    expect(answer.headers.vary).toBe("accept-encoding");
  });

  test("answers HEAD with the headers of GET and no body", async () => {
    const { server } = await openEndpoint();
    const headers = { "accept-encoding": "gzip" };
    const [get, head] = [await ask(server.url, { headers }), await ask(server.url, { headers, method: "HEAD" })];
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    for (const name of ["content-type", "content-length", "content-encoding", "vary"]) {
      expect(head.headers[name]).toBe(get.headers[name]);
    }
  });

  test("is found with a query, and at the path that was chosen", async () => {
    const { server, origin } = await openEndpoint(undefined, { path: "/internal/vitals" });
    expect(server.url).toBe(`${origin}/internal/vitals`);
    expect((await ask(`${server.url}?collect=all`)).status).toBe(200);
    expect((await ask(`${origin}/metrics`)).status).toBe(404);
  });
});

describe("methods and paths", () => {
  test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])(
    "%s is refused with 405 and collects nothing",
    async (method) => {
      const held = holdPages();
      const { server } = await openEndpoint(held.source);
      const answer = await ask(server.url, { method });
      expect(answer.status).toBe(405);
      expect(answer.headers.allow).toBe("GET, HEAD");
      expect(held.started()).toBe(0);
    },
  );

  test("an unknown path is 404 with the way to the page, and shows nothing of what was asked", async () => {
    const { origin } = await openEndpoint();
    const answer = await ask(`${origin}/<script>`);
    expect(answer.status).toBe(404);
    expect(answer.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(answer.text).toBe("Nothing here. Metrics are at /metrics, health at /healthz and /readyz.\n");
  });

  test("health and readiness are open, and say nothing of what cannot be collected", async () => {
    const { server, origin } = await openEndpoint(() => Promise.reject(new Error("Redis is dead")), { token: "t" });
    expect((await ask(server.url, { headers: { authorization: "Bearer t" } })).status).toBe(503);
    expect(await ask(`${origin}/healthz`)).toMatchObject({ status: 200, text: "ok\n" });
    expect(await ask(`${origin}/readyz`)).toMatchObject({ status: 200, text: "ready\n" });
    expect(await ask(`${origin}/readyz`, { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
    expect(await ask(`${origin}/healthz`, { method: "POST" })).toMatchObject({ status: 405 });
  });

  test("health is answered while a collection hangs", async () => {
    const held = holdPages();
    const { server, origin } = await openEndpoint(held.source);
    const scrape = ask(server.url);
    await expect.poll(() => held.started()).toBe(1);
    expect((await ask(`${origin}/healthz`)).status).toBe(200);
    held.release(0);
    expect((await scrape).status).toBe(200);
  });
});

describe("collection", () => {
  test("concurrent scrapes share one", async () => {
    const held = holdPages();
    const { collector, asked } = watchCollector(held.source);
    const { server } = await openEndpoint(collector);
    const scrapes = Promise.all(Array.from({ length: 20 }, () => ask(server.url)));
    await expect.poll(() => asked()).toBe(20);
    held.release(0);
    const answers = await scrapes;
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(held.started()).toBe(1);
  });

  test("nothing is sent before it is complete", async () => {
    const held = holdPages();
    const { server } = await openEndpoint(held.source);
    const scrape = ask(server.url);
    await expect.poll(() => held.started()).toBe(1);
    held.fail(0, new RangeError("halfway"));
    expect(await scrape).toMatchObject({
      status: 503,
      text: "No metrics: the collection failed: RangeError\n",
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  });

  test("a failure is 503 with a reason, reported, and over with the next scrape", async () => {
    const failure = new Error("redis://user:hunter2@db");
    const results: (string | Error)[] = [failure, PAGE];
    const { server, errors } = await openEndpoint(async () => {
      const result = results.shift();
      if (result === undefined || result instanceof Error) throw result;
      return result;
    });
    const failed = await ask(server.url);
    expect(failed.status).toBe(503);
    expect(failed.text).toBe("No metrics: the collection failed: Error\n");
    expect(errors).toEqual([{ operation: "collect", error: failure }]);
    expect((await ask(server.url)).status).toBe(200);
  });

  test("each scraper leaves at its own deadline, the others go on waiting", async () => {
    const held = holdPages();
    const { server, errors } = await openEndpoint(held.source);
    const patient = ask(server.url, { headers: scrapeTimeout("10") });
    await expect.poll(() => held.started()).toBe(1);
    const hasty = await ask(server.url, { headers: scrapeTimeout("0.1") });
    expect(hasty).toMatchObject({
      status: 503,
      text: "No metrics: no page within 90 ms, which is what this scrape allows\n",
    });
    held.release(0);
    expect((await patient).status).toBe(200);
    expect(held.started()).toBe(1);
    expect(errors).toEqual([]);
  });

  test("a hung one ends at its limit and does not hang the scrapes after it", async () => {
    const held = holdPages();
    const { server, errors } = await openEndpoint(held.source, { collectTimeoutMs: 1000 });
    expect(await ask(server.url)).toMatchObject({
      status: 503,
      text: "No metrics: the collection exceeded its limit of 1000 ms\n",
    });
    expect(errors).toHaveLength(1);
    const next = ask(server.url);
    await expect.poll(() => held.started()).toBe(2);
    held.release(1);
    expect(await next).toMatchObject({ status: 200, text: PAGE });
  });

  test("two endpoints given one collector share it", async () => {
    const held = holdPages();
    const { collector, asked } = watchCollector(held.source);
    const [one, other] = [await openEndpoint(collector), await openEndpoint(collector)];
    const scrapes = Promise.all([ask(one.server.url), ask(other.server.url)]);
    await expect.poll(() => asked()).toBe(2);
    held.release(0);
    expect((await scrapes).map((answer) => answer.text)).toEqual([PAGE, PAGE]);
    expect(held.started()).toBe(1);
  });
});

describe("credentials", () => {
  test("a scrape without the token gets 401 and starts no collection", async () => {
    const held = holdPages();
    const { server } = await openEndpoint(held.source, { token: "hunter2" });
    for (const authorization of [undefined, "Bearer hunter3", "Basic aHVudGVyMg=="]) {
      const answer = await ask(server.url, { headers: authorization === undefined ? {} : { authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toBe('Bearer realm="metrics"');
      expect(JSON.stringify(answer.headers) + answer.text).not.toContain("hunter");
    }
    expect(held.started()).toBe(0);
  });

  test("with the token, or with user and password, it gets the page", async () => {
    const bearer = await openEndpoint(undefined, { token: "hunter2" });
    expect((await ask(bearer.server.url, { headers: { authorization: "Bearer hunter2" } })).text).toBe(PAGE);
    const basic = await openEndpoint(undefined, { basicAuth: { username: "prometheus", password: "hunter2" } });
    const authorization = `Basic ${Buffer.from("prometheus:hunter2").toString("base64")}`;
    expect((await ask(basic.server.url, { headers: { authorization } })).text).toBe(PAGE);
    expect((await ask(basic.server.url)).headers["www-authenticate"]).toBe('Basic realm="metrics", charset="UTF-8"');
  });
});

describe("binding", () => {
  test("port 0 is any free port, reported with the address", async () => {
    const { server } = await openEndpoint();
    expect(server.host).toBe("127.0.0.1");
    expect(server.port).toBeGreaterThan(0);
    expect(server.port).not.toBe(9464);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/metrics`);
  });

  test.each(["::1", "[::1]"])("host %s is bound and printed in brackets", async (host) => {
    const { server } = await openEndpoint(undefined, { host });
    expect(server.host).toBe("::1");
    expect(server.url).toBe(`http://[::1]:${server.port}/metrics`);
    expect((await ask(server.url)).status).toBe(200);
  });

  test("a taken port rejects with PORT_IN_USE", async () => {
    const { server } = await openEndpoint();
    const again = openEndpoint(undefined, { port: server.port });
    await expect(again).rejects.toMatchObject({ code: "PORT_IN_USE" });
    expect((await ask(server.url)).status).toBe(200);
  });

  test("with onPortInUse warn it resolves to no endpoint and warns once, without rejecting", async () => {
    const { server } = await openEndpoint();
    const warn = vi.fn();
    const second = await startEndpoint(
      { port: server.port, onPortInUse: "warn" },
      { collectPage: async () => "", warn, onError: expect.fail, inContainer: () => true },
    );
    expect(second).toBeUndefined();
    expect(warn.mock.calls).toEqual([
      [
        `no metrics endpoint in this process: port ${server.port} on 127.0.0.1 is taken. ` +
          "Give each process a port of its own (endpoint.port, or OTEL_EXPORTER_PROMETHEUS_PORT where no code is written; 0 takes any free one), " +
          "or mount nodeHandler or fetchHandler.",
      ],
    ]);
  });

  test("onPortInUse warn hides no other reason", async () => {
    const elsewhere = openEndpoint(undefined, { host: "192.0.2.1", onPortInUse: "warn" });
    await expect(elsewhere).rejects.toMatchObject({ code: "LISTEN_FAILED" });
  });

  test("a bad option rejects before anything listens", async () => {
    await expect(openEndpoint(undefined, { port: 70_000 })).rejects.toMatchObject({ code: "INVALID_OPTION" });
  });

  test("loopback inside a container is worth one warning", async () => {
    const { warnings } = await openEndpoint(undefined, {}, { inContainer: () => true });
    expect(warnings).toEqual([
      "endpoint.host: the metrics endpoint listens on 127.0.0.1 inside a container, where only that container can reach it. " +
        'Set it (or OTEL_EXPORTER_PROMETHEUS_HOST) to "0.0.0.0" to let Prometheus in, or to "127.0.0.1" to keep it so.',
    ]);
  });

  test("an address that was named inside a container, and loopback outside, are worth none", async () => {
    const inside = await openEndpoint(undefined, { host: "0.0.0.0" }, { inContainer: () => true });
    const chosen = await openEndpoint(undefined, { host: "127.0.0.1" }, { inContainer: () => true });
    const outside = await openEndpoint();
    expect([...inside.warnings, ...chosen.warnings, ...outside.warnings]).toEqual([]);
  });
});
