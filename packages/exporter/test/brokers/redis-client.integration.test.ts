import { setTimeout as sleep } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { createTestAuthority, freePort, startRedis } from "../../../../test/services/index.ts";
import type { ConnectionSettings } from "../../src/brokers/connection-settings.ts";
import { endClient, openClient } from "../../src/brokers/redis-client.ts";

it("a client can be ended at any moment of a TLS handshake, whoever trusts whom", async () => {
  using authority = await createTestAuthority();
  using stranger = await createTestAuthority();
  const [server, exporter] = [await authority.issue("localhost"), await authority.issue("exporter")];
  const port = await freePort();
  const redis = await startRedis({
    args: [
      ...["--tls-port", String(port), "--tls-cert-file", server.certFile, "--tls-key-file", server.keyFile],
      ...["--tls-ca-cert-file", authority.caFile, "--tls-auth-clients", "yes"],
    ],
  });
  onTestFinished(() => redis.stop());
  const settings = (ca: string): ConnectionSettings => ({
    kind: "server",
    hosts: [{ host: "localhost", port }],
    username: undefined,
    password: undefined,
    db: 0,
    name: undefined,
    sentinelUsername: undefined,
    sentinelPassword: undefined,
    tls: { ca, cert: exporter.cert, key: exporter.key, servername: "localhost" },
    url: undefined,
  });
  // An error that nobody listens to fails the run.
  for (let moment = 0; moment < 80; moment++) {
    const client = openClient(settings(moment % 2 === 0 ? authority.ca : stranger.ca), () => {});
    await sleep(moment / 4);
    endClient(client);
  }
  const client = openClient(settings(authority.ca), () => {});
  await expect.poll(() => client.status).toBe("ready");
  endClient(client);
  await expect.poll(() => client.status).toBe("end");
});
