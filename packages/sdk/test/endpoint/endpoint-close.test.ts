import { Agent } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { ask } from "./http-client.ts";
import { holdPages, openEndpoint, PAGE } from "./open-endpoint.ts";
import { connectRaw } from "./raw-client.ts";

const GET = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n";

async function timed(work: Promise<void>): Promise<number> {
  const from = performance.now();
  await work;
  return performance.now() - from;
}

test("an endpoint nobody talks to closes at once, and its port is free again", async () => {
  const { server } = await openEndpoint(undefined, { limits: { closeTimeoutMs: 20_000 } });
  expect(await timed(server.close())).toBeLessThan(5000);
  await expect(ask(server.url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  const again = await openEndpoint(undefined, { port: server.port });
  expect((await ask(again.server.url)).status).toBe(200);
});

test("closing twice, or disposing, is closing once", async () => {
  const { server } = await openEndpoint();
  const first = server.close();
  expect(server.close()).toBe(first);
  await server[Symbol.asyncDispose]();
  await first;
});

test("idle, silent and half-sent connections are dropped at once", async () => {
  const { server, origin } = await openEndpoint(undefined, { limits: { closeTimeoutMs: 20_000 } });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  await ask(`${origin}/healthz`, { agent });
  const [silent, half] = [await connectRaw(server.port), await connectRaw(server.port)];
  half.send("GET /metrics HTTP/1.1\r\nhost:");
  expect(await timed(server.close())).toBeLessThan(5000);
  await Promise.all([silent.isCutOff(), half.isCutOff()]);
});

test("a scrape in flight is answered, then its connection ends", async () => {
  const held = holdPages();
  const { server } = await openEndpoint(held.source, { limits: { closeTimeoutMs: 20_000 } });
  const client = await connectRaw(server.port);
  client.send(GET);
  await expect.poll(() => held.started()).toBe(1);
  const closed = timed(server.close());
  held.release(0);
  expect(await closed).toBeLessThan(5000);
  await client.isCutOff();
  expect(client.received()).toContain(PAGE);
  expect(client.received()).toMatch(/\r\nconnection: close\r\n/i);
});

test("a scrape that hangs is cut off when the time given has passed", async () => {
  const { server } = await openEndpoint(holdPages().source, { limits: { closeTimeoutMs: 200 } });
  const client = await connectRaw(server.port);
  client.send(GET);
  const scrape = ask(server.url);
  scrape.catch(() => undefined);
  const took = await timed(server.close());
  expect(took).toBeLessThan(5000);
  await client.isCutOff();
  await expect(scrape).rejects.toMatchObject({ code: expect.stringMatching(/^ECONN/) });
});

test("a client that does not read its page is cut off in that time too", async () => {
  const { server } = await openEndpoint(async () => "x 1\n".repeat(8 * 1024 * 1024), {
    limits: { closeTimeoutMs: 200 },
  });
  const stalled = await connectRaw(server.port);
  stalled.send(GET);
  await stalled.sees(/x 1\n/);
  stalled.socket.pause();
  expect(await timed(server.close())).toBeLessThan(5000);
});

test("by default closing with everything at once takes little more than a second", async () => {
  const held = holdPages();
  const { server } = await openEndpoint(held.source);
  const clients = [await connectRaw(server.port), await connectRaw(server.port), await connectRaw(server.port)];
  clients[0]?.send(GET);
  clients[1]?.send("GET ");
  await expect.poll(() => held.started()).toBe(1);
  const took = await timed(server.close());
  expect(took).toBeGreaterThan(900);
  expect(took).toBeLessThan(5000);
});
