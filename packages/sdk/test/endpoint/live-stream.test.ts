import { createServer, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type LiveListener, MAX_LISTENERS } from "@taskvitals/live";
import { expect, onTestFinished, test } from "vitest";
import type { EndpointOptions } from "../../src/endpoint/endpoint-options.ts";
import { createLiveHandler } from "../../src/endpoint/live-handler.ts";
import type { LivePage } from "../../src/endpoint/live-page.ts";
import { ask } from "./http-client.ts";
import { feedPage } from "./live-feed-page.ts";
import { type OpenEndpoint, openEndpoint } from "./open-endpoint.ts";
import { connectRaw, type RawClient } from "./raw-client.ts";

const GET = "GET /live/events HTTP/1.1\r\nhost: x\r\n\r\n";

interface Streaming extends OpenEndpoint {
  /** Who listens now. */
  readonly listening: Set<LiveListener>;
}

/** An endpoint whose page says what the test sends, to the listeners that the test can see. */
async function open(options: EndpointOptions = {}): Promise<Streaming> {
  const { page } = await feedPage(() => ({ jobs: 3 }));
  const listening = new Set<LiveListener>();
  const watched: LivePage = {
    ...page,
    listen: (listener) => {
      const stop = page.listen(listener);
      if (stop === undefined) return undefined;
      listening.add(listener);
      return () => {
        listening.delete(listener);
        stop();
      };
    },
  };
  return { ...(await openEndpoint(undefined, options, { livePage: () => watched })), listening };
}

async function stream(port: number): Promise<RawClient> {
  const client = await connectRaw(port);
  client.send(GET);
  await client.sees(/\r\n\r\n[\s\S]*event: state\ndata: .*\n\n/);
  return client;
}

test("a stream begins with what is true now, as events that nothing collects or stores", async () => {
  const { listening, server } = await open();
  const client = await stream(server.port);
  expect(client.received()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  for (const header of [
    "content-type: text/event-stream; charset=utf-8",
    "cache-control: no-store",
    "x-content-type-options: nosniff",
    "x-accel-buffering: no",
    "connection: close",
  ]) {
    expect(client.received()).toContain(`${header}\r\n`);
  }
  const [listener] = listening;
  listener?.send("change", JSON.stringify({ queues: ["a\nb"] }));
  await client.sees(/event: change\ndata: \{"queues":\["a\\nb"\]\}\n\n/);
});

test("who leaves is forgotten", async () => {
  const { listening, server } = await open();
  const client = await stream(server.port);
  expect(listening.size).toBe(1);
  client.socket.destroy();
  await expect.poll(() => listening.size).toBe(0);
});

test("the page has so many streams and no more; who is refused may ask for the state, and comes in when one leaves", async () => {
  const { origin, server } = await open();
  const clients: RawClient[] = [];
  for (let nth = 0; nth < MAX_LISTENERS; nth += 1) clients.push(await stream(server.port));
  const refused = await ask(`${origin}/live/events`);
  expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "30"]);
  expect((await ask(`${origin}/live/state`)).status).toBe(200);
  clients[0]?.socket.destroy();
  await expect
    .poll(async () => {
      const next = await connectRaw(server.port);
      next.send(GET);
      await next.sees(/^HTTP\/1\.1 (200|503)/);
      return next.received().slice(9, 12);
    })
    .toBe("200");
});

test("a client that never reads is cut off, and what waits for it is bounded", async () => {
  const { listening, server } = await open();
  const client = await connectRaw(server.port);
  client.socket.pause();
  client.send(GET);
  await expect.poll(() => listening.size).toBe(1);
  const [listener] = listening;
  const json = JSON.stringify("x".repeat(100_000));
  let sent = 0;
  // The kernel takes some megabytes before anything waits here.
  await expect
    .poll(
      () => {
        for (let nth = 0; nth < 10 && listening.size > 0; nth += 1) {
          listener?.send("change", json);
          sent += json.length;
        }
        return listening.size;
      },
      { interval: 1 },
    )
    .toBe(0);
  expect(sent).toBeLessThan(64 * 2 ** 20);
});

test("who left while the credentials were checked is never a listener", async () => {
  let granted: (() => void) | undefined;
  const checking = new Promise<void>((resolve) => {
    granted = resolve;
  });
  let asked = false;
  const { listening, server } = await open({
    verifyBasicAuth: async () => {
      asked = true;
      await checking;
      return true;
    },
  });
  const client = await connectRaw(server.port);
  const authorization = `Basic ${Buffer.from("a:b").toString("base64")}`;
  client.send(`GET /live/events HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`);
  await expect.poll(() => asked).toBe(true);
  client.socket.destroy();
  const after = await connectRaw(server.port);
  // Its answer says that the server has seen the other one go.
  after.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
  await after.sees(/ok/);
  granted?.();
  const next = await connectRaw(server.port);
  next.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
  await next.sees(/ok/);
  await expect.poll(() => listening.size).toBe(0);
});

test("requests behind a stream on one connection hold no place among the listeners", async () => {
  const { listening, server } = await open();
  const client = await connectRaw(server.port);
  client.send(GET.repeat(20));
  await client.sees(/event: state/);
  expect(listening.size).toBe(1);
  client.socket.destroy();
  await expect.poll(() => listening.size).toBe(0);
  expect((await stream(server.port)).received()).toContain("200 OK");
});

test("a client of HTTP/1.0 gets the same events, without chunks", async () => {
  const { server } = await open();
  const client = await connectRaw(server.port);
  client.send("GET /live/events HTTP/1.0\r\n\r\n");
  await client.sees(/\r\n\r\nevent: state\ndata: /);
});

test("headers of the endpoint are on a stream, too", async () => {
  const { server } = await open({ headers: { "strict-transport-security": "max-age=60" } });
  const client = await stream(server.port);
  expect(client.received()).toContain("strict-transport-security: max-age=60\r\n");
});

test("in an application's own server a stream ends after what is true now, and that server closes", async () => {
  const { page } = await feedPage(() => ({ jobs: 3 }));
  const app = createServer(createLiveHandler(page, {}, () => {}));
  const port = await listening(app);
  const { body, headers } = await events(port);
  expect(body).toMatch(/^retry: 5000\nevent: state\ndata: .*\n\n$/);
  expect(headers.connection).not.toBe("close");
  await new Promise<void>((resolve) => app.close(() => resolve()));
});

async function listening(app: Server): Promise<number> {
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    app.close();
    app.closeAllConnections();
  });
  return (app.address() as AddressInfo).port;
}

function events(port: number): Promise<{ readonly body: string; readonly headers: IncomingMessage["headers"] }> {
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", path: "/vitals/live/events" }, (incoming) => {
      let body = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (text: string) => {
        body += text;
      });
      incoming.on("end", () => resolve({ body, headers: incoming.headers }));
    })
      .on("error", reject)
      .end();
  });
}
