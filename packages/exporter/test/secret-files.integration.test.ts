import { Redis } from "ioredis";
import { expect, it, onTestFinished } from "vitest";
import { createTestAuthority, freePort, startRedis, waitUntil } from "../../../test/services/index.ts";
import { parsePage } from "../../sdk/test/metrics-page.ts";
import { type ServingExporter, serveExporter } from "./start-exporter.ts";
import { tempFiles } from "./temp-files.ts";

async function untilRead(exporter: ServingExporter, length: number): Promise<void> {
  await waitUntil(
    async () => parsePage(await exporter.page()).value("task_queue_length", { queue: "jobs" }) === length,
    {
      what: `the queue to have the length ${length}`,
    },
  );
}

it("a URL in a file is read again when it changes, and the connection made anew", async () => {
  const old = await startRedis({ password: "s3cr3t-old" });
  const next = await startRedis({ password: "s3cr3t-new" });
  onTestFinished(async () => void (await Promise.all([old.stop(), next.stop()])));
  const client = new Redis(next.url, { protocol: 2 });
  await client.lpush("jobs", "a", "b");
  client.disconnect();
  const files = tempFiles();
  const file = files.write("url", `${old.url}\n`);
  const exporter = await serveExporter(["--redis-url-file", file, "--queue", "list:jobs", "--celery-events"]);
  await untilRead(exporter, 0);
  files.write("url", "redis://:s3cr3t-broken");
  await waitUntil(() => exporter.process.output().includes("a file changed and cannot be used"), { what: "a warning" });
  await untilRead(exporter, 0);
  files.write("url", `${next.url}\n`);
  await untilRead(exporter, 2);
  // Celery's events are listened to where the queues are read.
  const listeners = async ({ url }: { readonly url: string }): Promise<number> => {
    const asking = new Redis(url, { protocol: 2 });
    return Number(await asking.pubsub("NUMPAT").finally(() => asking.disconnect()));
  };
  await waitUntil(async () => (await listeners(next)) === 1 && (await listeners(old)) === 0, {
    what: "the events to be read from the other server",
  });
  exporter.process.kill("SIGTERM");
  await exporter.process.exited;
  expect(exporter.process.output()).toContain('msg="Broker \\"default\\": a file changed; connecting anew."');
  expect(exporter.process.output()).not.toContain("s3cr3t");
});

it("certificates in files let it in, and are read again when they change", async () => {
  using authority = await createTestAuthority();
  const [server, client] = [await authority.issue("localhost"), await authority.issue("exporter")];
  using stranger = await createTestAuthority();
  const port = await freePort();
  const redis = await startRedis({
    args: [
      ...["--tls-port", String(port), "--tls-cert-file", server.certFile, "--tls-key-file", server.keyFile],
      ...["--tls-ca-cert-file", authority.caFile, "--tls-auth-clients", "yes"],
    ],
  });
  onTestFinished(() => redis.stop());
  const files = tempFiles();
  const ca = files.write("ca.pem", stranger.ca);
  const [cert, key] = [files.write("cert.pem", client.cert), files.write("key.pem", client.key)];
  const tls = ["--redis-ca-file", ca, "--redis-cert-file", cert, "--redis-key-file", key];
  const exporter = await serveExporter(["--redis", `rediss://localhost:${port}`, ...tls, "--queue", "list:jobs"]);
  await waitUntil(() => /connection failed \([A-Z_]+\)/.test(exporter.process.output()), {
    what: "the cause in the log",
  });
  expect(parsePage(await exporter.page()).value("task_broker_up", { broker: "default" })).toBe(0);
  files.write("ca.pem", authority.ca);
  await untilRead(exporter, 0);
});
