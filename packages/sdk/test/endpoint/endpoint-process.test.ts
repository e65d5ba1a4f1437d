import { type ChildProcess, spawn } from "node:child_process";
import cluster from "node:cluster";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../../test/services/index.ts";
import { connectRaw } from "./raw-client.ts";

const path = (name: string): string => fileURLToPath(new URL(`./child/${name}`, import.meta.url));
const NODE_OPTIONS = ["--import", path("resolve-sources.ts")];

/** Starts a process with an open endpoint and three clients: idle, silent, and waiting for a hung scrape. */
async function processWithClients(...args: string[]): Promise<{ child: ChildProcess; output: () => string }> {
  const child = spawn(process.execPath, [...NODE_OPTIONS, path("open-endpoint.ts"), ...args], {
    stdio: ["pipe", "pipe", "pipe", "ipc"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += String(chunk)));
  const [port] = (await once(child, "message")) as [number];
  const [idle, , waiting] = [await connectRaw(port), await connectRaw(port), await connectRaw(port)];
  idle.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
  waiting.send("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n");
  await idle.sees(/ok\n/);
  return { child, output: () => output };
}

test("an open endpoint with clients on it does not keep its process alive", { timeout: 60_000 }, async () => {
  const { child, output } = await processWithClients();
  child.stdin?.end();
  expect(await once(child, "close")).toEqual([0, null]);
  expect(output()).toBe("");
});

test("a process that awaits close() lives to see it end", { timeout: 60_000 }, async () => {
  const { child, output } = await processWithClients("close");
  child.stdin?.end();
  expect(await once(child, "close")).toEqual([0, null]);
  expect(output()).toBe("closed\n");
});

test("the workers of node:cluster do not share a port, where each scrape would show another one", {
  timeout: 60_000,
}, async () => {
  const port = await freePort();
  cluster.setupPrimary({ exec: path("cluster-worker.ts"), execArgv: NODE_OPTIONS });
  const outcomes: unknown[] = [];
  const workers = [0, 1].map(() => cluster.fork({ TEST_PORT: String(port) }));
  onTestFinished(() => {
    for (const worker of workers) worker.process.kill("SIGKILL");
  });
  await Promise.all(
    workers.map(async (worker) => {
      const [outcome] = await once(worker, "message");
      outcomes.push(outcome);
    }),
  );
  expect(outcomes.sort()).toEqual(["PORT_IN_USE", "listening"]);
});
