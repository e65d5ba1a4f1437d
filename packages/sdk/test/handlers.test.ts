import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { expect, onTestFinished, test } from "vitest";
import type { TaskVitals } from "../src/index.ts";
import { ask } from "./endpoint/http-client.ts";
import { parsePage } from "./metrics-page.ts";
import { startVitals } from "./start-vitals.ts";

const train = { task: "train", queue: "gpu" } as const;

/** Mounts the page at /metrics in an application's own server; resolves to its URL. */
const mounts: Record<string, (vitals: TaskVitals) => Promise<string>> = {
  "node:http": async ({ nodeHandler }) => {
    const server = createServer(nodeHandler).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return urlOf(server.address());
  },
  Express: async ({ nodeHandler }) => {
    const server = express().get("/metrics", nodeHandler).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return urlOf(server.address());
  },
  Fastify: async ({ nodeHandler }) => {
    const app = Fastify();
    app.get("/metrics", nodeHandler);
    await app.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => app.close());
    return urlOf(app.server.address());
  },
  Hono: async ({ fetchHandler }) => {
    const app = new Hono().get("/metrics", fetchHandler);
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return urlOf(server.address());
  },
};

function urlOf(address: string | AddressInfo | null): string {
  return typeof address === "object" && address !== null
    ? `http://127.0.0.1:${address.port}/metrics`
    : expect.fail("the server has no port");
}

test.each(Object.entries(mounts))(
  "with endpoint: false the page is served in %s, on no port of ours",
  async (_, mount) => {
    const { vitals } = await startVitals({ endpoint: false });
    expect(vitals.endpoint).toBeUndefined();
    vitals.tasks.record({ ...train, outcome: "success", durationSeconds: 1 });
    const url = await mount(vitals);
    const { status, headers, text } = await ask(url);
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    const page = parsePage(text);
    expect(page.value("task_success_total", train)).toBe(1);
    expect(page.value("system_memory_usage_gigabytes", { pid: String(process.pid) })).toBeGreaterThan(0);
    await vitals.shutdown();
    expect((await ask(url)).status).toBe(503);
  },
);

test("a mounted handler asks for the credentials of the endpoint", async () => {
  const { vitals } = await startVitals({ endpoint: { token: "s3cret" } });
  const asked = (authorization?: string): Promise<Response> =>
    vitals.fetchHandler(
      new Request("http://localhost/", { headers: authorization === undefined ? {} : { authorization } }),
    );
  expect((await asked()).status).toBe(401);
  expect((await asked("Bearer wrong")).status).toBe(401);
  expect((await asked("Bearer s3cret")).status).toBe(200);
});
