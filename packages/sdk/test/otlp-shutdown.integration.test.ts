import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { freePort, type RunningProcess, startOtlpReceiver, startProcess } from "../../../test/services/index.ts";
import { startChild } from "./child/start-child.ts";

/** A last push gets 2 s. The rest is for a busy machine; the exporter of OpenTelemetry holds on for 7 to 10 s. */
const LIMIT_MS = 5500;

type Fault = "away" | "silent" | "overloaded" | "slow" | "frozen" | "black hole";
const FAULTS: readonly Fault[] = ["away", "silent", "overloaded", "slow", "frozen", "black hole"];

async function urlOf(fault: Fault): Promise<string> {
  switch (fault) {
    case "away":
      return `http://127.0.0.1:${await freePort()}/v1/metrics`;
    case "silent":
    case "overloaded": {
      const receiver = await startOtlpReceiver();
      onTestFinished(() => receiver.close());
      receiver.answer(fault === "overloaded" ? 503 : "never");
      return receiver.url;
    }
    case "slow":
      return slowServer();
    case "frozen":
      return frozenServer();
    case "black hole":
      return blackHole();
  }
}

/** Answers one byte a second, for ever. */
async function slowServer(): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {}).resume();
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
    const timer = setInterval(() => socket.write("x"), 1000);
    socket.once("close", () => clearInterval(timer));
  });
  return listening(server);
}

/** A process that listened and was stopped: the kernel takes connections and data for it. */
async function frozenServer(): Promise<string> {
  const port = await freePort();
  const listen = `require("node:http").createServer((_, r) => r.end()).listen(${port}, "127.0.0.1", () => console.log("listens"))`;
  const server = await startProcess({ command: process.execPath, args: ["-e", listen], readyWhen: /listens/ });
  onTestFinished(async () => void (await server.stop()));
  server.kill("SIGSTOP");
  return `http://127.0.0.1:${port}/v1/metrics`;
}

/** A port whose queue of connections is full and never emptied, so that further ones are not answered at all. */
async function blackHole(): Promise<string> {
  const script = `
    const server = require("node:net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      console.log("port " + server.address().port);
      process.kill(process.pid, "SIGSTOP");
    })`;
  const child = await startProcess({ command: process.execPath, args: ["-e", script], readyWhen: /port \d+\n/ });
  onTestFinished(async () => void (await child.stop()));
  const port = Number(/port (\d+)/.exec(child.output())?.[1]);
  for (let taken = 0; taken < 4; taken++) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    onTestFinished(() => void socket.destroy());
  }
  return `http://127.0.0.1:${port}/v1/metrics`;
}

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`;
}

async function pushingTo(url: string): Promise<RunningProcess> {
  return startChild("pushing-app.ts", {
    env: { TEST_OTLP_URL: url, TEST_OTLP_INTERVAL: "15000" },
    readyWhen: /started\n/,
  });
}

test("a process that is asked to end does so within 2 s and what the machine needs, whatever the receiver does", async () => {
  const children = await Promise.all(FAULTS.map(async (fault) => pushingTo(await urlOf(fault))));
  const took = await Promise.all(
    children.map(async (child, index) => {
      const start = performance.now();
      child.kill("SIGTERM");
      const end = await child.exited;
      return { fault: FAULTS[index], end, ms: performance.now() - start, output: child.output() };
    }),
  );
  for (const { fault, end, ms, output } of took) {
    expect(end, fault).toEqual({ code: null, signal: "SIGTERM" });
    expect(ms, fault).toBeLessThan(LIMIT_MS);
    // It says that what it recorded last did not arrive.
    expect(output, fault).toContain("A push over OTLP did not end in time or failed. Is the receiver up?");
  }
});
