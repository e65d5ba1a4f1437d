import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort, type RedisServer, startProcess, startRedis } from "../../../../test/services/index.ts";

const script = fileURLToPath(new URL("../fixtures/unattended-store.ts", import.meta.url));

describe("a process that never shuts its store of slots down", () => {
  let server: RedisServer;

  beforeEach(async () => {
    server = await startRedis();
  });
  afterEach(() => server.stop());

  const run = async (url: string): Promise<{ code: number | null; output: string }> => {
    const writer = await startProcess({ command: process.execPath, args: [script, url] });
    const { code } = await writer.exited;
    return { code, output: writer.output() };
  };

  it("ends by itself while it is connected", async () => {
    expect(await run(server.url)).toEqual({ code: 0, output: "kept, held by []" });
  });

  it("ends by itself while the server is frozen", async () => {
    server.freeze();
    expect(await run(server.url)).toEqual({ code: 0, output: "timeout, held by []" });
  });

  it("ends by itself while it would connect again", async () => {
    expect(await run(`redis://127.0.0.1:${await freePort()}`)).toEqual({ code: 0, output: "refused, held by []" });
  });
});
