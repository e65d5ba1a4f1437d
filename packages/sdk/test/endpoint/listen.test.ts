import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { listen, listenError } from "../../src/endpoint/listen.ts";

function server(): ReturnType<typeof createServer> {
  const created = createServer();
  onTestFinished(() => {
    created.close();
  });
  return created;
}

test("port 0 binds to a port of the system's choice and says which", async () => {
  const [first, second] = await Promise.all([
    listen(server(), { host: "127.0.0.1", port: 0 }),
    listen(server(), { host: "127.0.0.1", port: 0 }),
  ]);
  expect(first).toMatchObject({ address: "127.0.0.1", family: "IPv4" });
  expect(first.port).not.toBe(second.port);
  expect([first.port, second.port]).not.toContain(9464);
});

test("a taken port is PORT_IN_USE with every way out", async () => {
  const { port } = await listen(server(), { host: "127.0.0.1", port: 0 });
  await expect(listen(server(), { host: "127.0.0.1", port })).rejects.toMatchObject({
    name: "TaskVitalsError",
    code: "PORT_IN_USE",
    message:
      `endpoint.port: got ${port}; expected a port that is free on 127.0.0.1, but another process or endpoint listens there. ` +
      "Choose another port (endpoint.port or OTEL_EXPORTER_PROMETHEUS_PORT), or 0 for any free one; or set endpoint: false and mount nodeHandler or fetchHandler in the " +
      'application\'s own server; or set onPortInUse: "warn" to go on without an endpoint.',
    cause: { code: "EADDRINUSE" },
  });
});

test("an address of another machine is LISTEN_FAILED and names the addresses that work", async () => {
  await expect(listen(server(), { host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
    code: "LISTEN_FAILED",
    message:
      'endpoint.host: got "192.0.2.1"; expected an address of this machine (EADDRNOTAVAIL). Use "127.0.0.1" for this machine ' +
      'alone, "0.0.0.0" or "::" for all its addresses, or one that it has.',
    cause: { code: "EADDRNOTAVAIL" },
  });
});

test("a port the process may not use is LISTEN_FAILED and names the remedy", () => {
  const cause = Object.assign(new Error("listen EACCES"), { code: "EACCES" });
  expect(listenError(cause, { host: "127.0.0.1", port: 80 })).toMatchObject({
    code: "LISTEN_FAILED",
    message:
      "endpoint.port: got 80; expected a port this process may listen on (EACCES). " +
      "Choose one above 1023, or grant the process CAP_NET_BIND_SERVICE.",
    cause,
  });
});

test("any other reason is LISTEN_FAILED and keeps its cause", () => {
  const cause = Object.assign(new Error("listen EMFILE"), { code: "EMFILE" });
  expect(listenError(cause, { host: "::1", port: 9464 })).toMatchObject({
    code: "LISTEN_FAILED",
    message: expect.stringMatching(/^endpoint: got host "::1" and port 9464; expected to listen there \(EMFILE\)\. /),
    cause,
  });
});
