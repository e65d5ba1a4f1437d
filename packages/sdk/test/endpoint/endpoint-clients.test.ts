import { Agent } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { MAX_REQUESTS_IN_FLIGHT } from "../../src/endpoint/connection-tracker.ts";
import { ask } from "./http-client.ts";
import { holdPages, openEndpoint, PAGE, watchCollector } from "./open-endpoint.ts";
import { connectRaw } from "./raw-client.ts";

const GET = "GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n";
const statusLines = (received: string): string[] => received.match(/^HTTP\/1\.1 \d+/gm) ?? [];

/** More than the kernel buffers of both ends of a connection take. */
const hugePage = (): string => "x 1\n".repeat(8 * 1024 * 1024);

test("a client that stops reading is cut off, and others are served meanwhile", async () => {
  const held = holdPages();
  const { collector, asked, errors } = watchCollector(held.source);
  const { server, origin } = await openEndpoint(collector, { limits: { writeTimeoutMs: 300 } });
  const [gone, stalled] = [await connectRaw(server.port), await connectRaw(server.port)];
  for (const client of [gone, stalled]) client.send(GET);
  stalled.socket.pause();
  await expect.poll(() => asked()).toBe(2);
  gone.socket.resetAndDestroy();
  expect((await ask(`${origin}/healthz`)).status).toBe(200);
  held.release(0, hugePage());
  await expect.poll(() => errors.length).toBeGreaterThan(0);
  // One that left is no error; one that stalls is.
  expect(errors).toEqual([
    ["expose", expect.objectContaining({ message: "the client did not take the answer within 300 ms" })],
  ]);
  stalled.socket.resume();
  await stalled.isCutOff();
  expect(stalled.received().length).toBeLessThan(hugePage().length);
});

test("a client that leaves in the middle of a page, or of a collection, is no error", async () => {
  const held = holdPages();
  const { collector, asked, errors } = watchCollector(held.source);
  const { server } = await openEndpoint(collector);
  const [reading, waiting] = [await connectRaw(server.port), await connectRaw(server.port)];
  reading.send(GET);
  waiting.send(GET);
  await expect.poll(() => asked()).toBe(2);
  waiting.socket.resetAndDestroy();
  held.release(0, hugePage());
  await reading.sees(/x 1\n/);
  reading.socket.resetAndDestroy();
  const next = ask(server.url);
  await expect.poll(() => asked()).toBe(3);
  held.release(1);
  expect(await next).toMatchObject({ status: 200, text: PAGE });
  expect(errors).toEqual([]);
});

test("a client that only half-closes still gets its answer", async () => {
  const held = holdPages();
  const { server } = await openEndpoint(held.source);
  const client = await connectRaw(server.port);
  client.socket.end(GET);
  await expect.poll(() => held.started()).toBe(1);
  held.release(0);
  await client.isCutOff();
  expect(client.received()).toContain(PAGE);
});

test("a silent client is cut off", async () => {
  const { server } = await openEndpoint(undefined, { limits: { requestTimeoutMs: 200 } });
  const client = await connectRaw(server.port);
  expect(await client.isCutOff()).toBeGreaterThan(100);
});

test("headers that arrive byte by byte are cut off with 408, however steadily they come", async () => {
  const { server } = await openEndpoint(undefined, { limits: { requestTimeoutMs: 300 } });
  const client = await connectRaw(server.port);
  client.send("GET /metrics HTTP/1.1\r\nhost: x\r\n");
  const drip = setInterval(() => client.send("a: b\r\n"), 20);
  onTestFinished(() => clearInterval(drip));
  expect(await client.isCutOff()).toBeGreaterThan(200);
  expect(client.received()).toMatch(/^HTTP\/1\.1 408 /);
});

test("a half-sent request line is cut off too", async () => {
  const { server } = await openEndpoint(undefined, { limits: { requestTimeoutMs: 200 } });
  const client = await connectRaw(server.port);
  client.send("GET /metr");
  await client.isCutOff();
  expect(client.received()).not.toContain("200 OK");
});

test("headers larger than the limit are refused with 431", async () => {
  const { server } = await openEndpoint();
  const client = await connectRaw(server.port);
  client.send(`GET /metrics HTTP/1.1\r\nhost: x\r\nx-large: ${"a".repeat(9000)}\r\n\r\n`);
  await client.isCutOff();
  expect(client.received()).toMatch(/^HTTP\/1\.1 431 /);
  expect((await ask(server.url, { headers: { authorization: `Bearer ${"t".repeat(4096)}` } })).status).toBe(200);
});

test("bytes that are no HTTP are refused with 400", async () => {
  const { server } = await openEndpoint();
  const client = await connectRaw(server.port);
  client.send("*1\r\n$4\r\nPING\r\n");
  await client.isCutOff();
  expect(client.received()).toMatch(/^HTTP\/1\.1 400 /);
});

test("a large body is thrown away unread: its sender sees 405 and the end of the connection", async () => {
  const { server } = await openEndpoint();
  const answer = await ask(server.url, { method: "POST", body: Buffer.alloc(20 * 1024 * 1024) });
  expect(answer.status).toBe(405);
  expect(answer.headers.connection).toBe("close");
});

test("a client that reads only after it has sent its whole body still finds its answer", async () => {
  const { server } = await openEndpoint();
  const client = await connectRaw(server.port);
  client.socket.pause();
  const size = 8 * 1024 * 1024;
  client.send(`POST /none HTTP/1.1\r\nhost: x\r\ncontent-length: ${size}\r\n\r\n`);
  await new Promise<void>((resolve, reject) => {
    client.socket.write(Buffer.alloc(size), (error) => (error ? reject(error) : resolve()));
  });
  client.socket.resume();
  await client.sees(/^HTTP\/1\.1 404 [\s\S]*Nothing here/);
});

test("a body without end is answered and cut off", async () => {
  const { server } = await openEndpoint();
  const client = await connectRaw(server.port);
  client.send("POST /metrics HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
  const drip = setInterval(() => client.socket.writable && client.send("5\r\nabcde\r\n"), 20);
  onTestFinished(() => clearInterval(drip));
  await client.sees(/^HTTP\/1\.1 405 [\s\S]*Only GET and HEAD/);
  expect(await client.isCutOff()).toBeLessThan(15_000);
});

test("a client that asks before it sends its body is not invited to", async () => {
  const { server } = await openEndpoint();
  const client = await connectRaw(server.port);
  client.send("POST /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\nexpect: 100-continue\r\n\r\n");
  expect(await client.isCutOff()).toBeLessThan(900);
  expect(statusLines(client.received())).toEqual(["HTTP/1.1 405"]);
});

test("a GET whose body never arrives gets the page and the end of the connection", async () => {
  const { server } = await openEndpoint();
  const client = await connectRaw(server.port);
  client.send("GET /metrics HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
  await client.isCutOff();
  expect(client.received()).toContain(PAGE);
  expect(client.received()).toMatch(/\r\nconnection: close\r\n/i);
});

test("pipelined requests are answered in order", async () => {
  const held = holdPages();
  const { server } = await openEndpoint(held.source);
  const client = await connectRaw(server.port);
  client.send(
    `${GET}GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /none HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
  );
  await expect.poll(() => held.started()).toBe(1);
  held.release(0);
  await client.isCutOff();
  expect(statusLines(client.received())).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 404"]);
  expect(client.received()).toMatch(/task_success_total[\s\S]*\r\n\r\nok\n[\s\S]*Nothing here/);
});

test("a flood of pipelined requests loses its connection", async () => {
  const held = holdPages();
  const { collector, asked } = watchCollector(held.source);
  const { server } = await openEndpoint(collector);
  const [modest, flood] = [await connectRaw(server.port), await connectRaw(server.port)];
  modest.send(GET.repeat(MAX_REQUESTS_IN_FLIGHT));
  flood.send(GET.repeat(MAX_REQUESTS_IN_FLIGHT + 1));
  await flood.isCutOff();
  expect(flood.received()).toBe("");
  await expect.poll(() => asked()).toBe(2 * MAX_REQUESTS_IN_FLIGHT);
  held.release(0);
  await expect.poll(() => statusLines(modest.received())).toHaveLength(MAX_REQUESTS_IN_FLIGHT);
});

test("a kept-alive connection serves scrape after scrape", async () => {
  const { server } = await openEndpoint();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const connections = new Set<unknown>();
  agent.on("free", (socket) => connections.add(socket));
  for (let scrape = 0; scrape < 3; scrape += 1) {
    expect(await ask(server.url, { agent })).toMatchObject({ text: PAGE, headers: { "keep-alive": "timeout=75" } });
  }
  await expect.poll(() => connections.size).toBe(1);
});

test("connections beyond the limit are dropped, and idle ones make room for the next; who waits for an answer gets it", async () => {
  const held = holdPages();
  const { server } = await openEndpoint(held.source, { limits: { maxConnections: 2 } });
  const [idle, waiting] = [await connectRaw(server.port), await connectRaw(server.port)];
  idle.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
  await idle.sees(/\r\n\r\nok/);
  waiting.send(GET);
  await expect.poll(() => held.started()).toBe(1);
  const dropped = await connectRaw(server.port);
  await dropped.isCutOff();
  await idle.isCutOff();
  expect((await ask(new URL("/healthz", server.url).href)).text).toBe("ok\n");
  held.release(0);
  await waiting.sees(/task_success_total/);
});
