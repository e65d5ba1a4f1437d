import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { startTcpProxy, type TcpProxy, waitUntil } from "./index.ts";

async function proxiedEcho(): Promise<TcpProxy> {
  const echo = createServer((socket) => socket.pipe(socket).on("error", () => {}));
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  const proxy = await startTcpProxy({ target: `redis://:secret@127.0.0.1:${(echo.address() as AddressInfo).port}/1` });
  onTestFinished(async () => {
    await proxy.close();
    echo.close();
  });
  return proxy;
}

async function client(proxy: TcpProxy): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect({ host: "127.0.0.1", port: proxy.port });
  onTestFinished(() => void socket.destroy());
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  return { socket, received: () => text };
}

it("forwards both ways under a URL that only differs in its port", async () => {
  const proxy = await proxiedEcho();
  expect(proxy.url).toBe(`redis://:secret@127.0.0.1:${proxy.port}/1`);
  const { socket, received } = await client(proxy);
  socket.write("hello");
  await waitUntil(() => received() === "hello", { what: "the echo" });
});

it("accepts and stays silent while stalled, and delivers in order afterwards", async () => {
  const proxy = await proxiedEcho();
  const before = await client(proxy);
  proxy.stall();
  const during = await client(proxy);
  before.socket.write("a");
  before.socket.write("b");
  during.socket.write("c");
  // Silence has no event to wait for.
  await sleep(100);
  expect([before.received(), during.received()]).toEqual(["", ""]);
  proxy.resume();
  await waitUntil(() => before.received() === "ab" && during.received() === "c", { what: "the held bytes" });
});

it("delays every byte in each direction", async () => {
  const proxy = await proxiedEcho();
  proxy.delay(60);
  const { socket, received } = await client(proxy);
  const start = performance.now();
  socket.write("x");
  await waitUntil(() => received() === "x", { what: "the late echo", intervalMs: 1 });
  expect(performance.now() - start).toBeGreaterThanOrEqual(115);
});

it("cuts what is open, and refuses once closed", async () => {
  const proxy = await proxiedEcho();
  const first = await client(proxy);
  proxy.dropAll();
  await once(first.socket, "close");
  const second = await client(proxy);
  await proxy.close();
  await once(second.socket, "close");
  const refused = connect({ host: "127.0.0.1", port: proxy.port });
  const [error] = (await once(refused, "error").catch((cause) => [cause])) as [NodeJS.ErrnoException];
  expect(error.code).toBe("ECONNREFUSED");
});
