import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort, type RedisServer, startProcess, startRedis } from "../../../test/services/index.ts";

const script = fileURLToPath(new URL("./fixtures/unattended-events.ts", import.meta.url));

describe.each(["celery", "bullmq"])("a process that never shuts its reader of %s events down", (framework) => {
  let server: RedisServer;

  beforeEach(async () => {
    server = await startRedis();
  });

  afterEach(() => server.stop());

  async function run(url: string, how: "url" | "client" = "url"): Promise<{ code: number | null; output: string }> {
    const reader = await startProcess({ command: process.execPath, args: [script, framework, url, how] });
    const { code } = await reader.exited;
    return { code, output: reader.output() };
  }

  it("ends by itself while it is connected by a URL", async () => {
    expect(await run(server.url)).toEqual({ code: 0, output: "connected: true" });
  });

  it("ends by itself while it is connected by a copy of the caller's client", async () => {
    expect(await run(server.url, "client")).toEqual({ code: 0, output: "connected: true" });
  });

  it("ends by itself while it would connect again", async () => {
    expect(await run(`redis://127.0.0.1:${await freePort()}`)).toEqual({ code: 0, output: "connected: false" });
  });
});
