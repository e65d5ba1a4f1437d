import { inspect } from "node:util";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startRedis } from "../../../test/services/index.ts";
import { eventually } from "./eventually.ts";
import { ioredisVersions } from "./ioredis-versions.ts";
import { openBroker } from "./open-broker.ts";

const SECRET = "s3cret-%/#@ä";
const encoded = encodeURIComponent(SECRET);

describe.each(ioredisVersions)("credentials, with ioredis $major", (version) => {
  const importIoredis = async (): Promise<unknown> => version;
  const printed: unknown[] = [];

  beforeEach(() => {
    for (const method of ["log", "info", "warn", "error", "debug"] as const) {
      vi.spyOn(console, method).mockImplementation((...args) => void printed.push(args));
    }
  });

  afterEach(() => {
    vi.restoreAllMocks();
    expectNoSecret(printed.splice(0));
  });

  function expectNoSecret(given: unknown): void {
    const shown = inspect(given, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null });
    expect(shown).not.toContain("s3cret");
  }

  it("logs in with the user and password of the URL", async () => {
    await using server = await startRedis({ args: ["--user", "reader", "on", `>${SECRET}`, "~*", "+llen", "+select"] });
    await using broker = await openBroker(`redis://reader:${encoded}@127.0.0.1:${server.port}/1`, ["jobs"], {
      importIoredis,
    });
    expect(await broker.lengths()).toEqual({ jobs: 0 });
    expectNoSecret(broker);
  });

  it("says that the password is wrong for every queue, shows it nowhere, and reads once it is right", async () => {
    await using server = await startRedis({ password: "other" });
    await using broker = await openBroker(`redis://:${encoded}@127.0.0.1:${server.port}`, ["a", "b"], {
      importIoredis,
    });
    const results = (await broker.read()).queues;
    expect(results).toEqual(
      ["a", "b"].map((queue) => ({
        ok: false,
        queue,
        reason: "auth",
        detail: "the server refuses the user or the password",
      })),
    );
    // Between two attempts to connect, too.
    for (let count = 0; count < 20; count++) expect(await broker.lengths()).toEqual({ a: "auth", b: "auth" });
    const admin = new Redis(server.url);
    await admin.config("SET", "requirepass", SECRET);
    admin.disconnect();
    await eventually(() => broker.lengths()).toEqual({ a: 0, b: 0 });
    expectNoSecret([results, broker, broker.problems]);
  });

  it("says that a password is needed", async () => {
    await using server = await startRedis({ password: "other" });
    await using broker = await openBroker(`redis://127.0.0.1:${server.port}`, ["jobs"], { importIoredis });
    expect(await broker.lengths()).toEqual({ jobs: "auth" });
  });

  it("says that the user may not read the queue", async () => {
    await using server = await startRedis({ args: ["--user", "reader", "on", `>${SECRET}`, "~mine", "+llen"] });
    await using broker = await openBroker(`redis://reader:${encoded}@127.0.0.1:${server.port}`, ["mine", "theirs"], {
      importIoredis,
    });
    expect(await broker.lengths()).toEqual({ mine: 0, theirs: "auth" });
  });

  it("says that the user may not choose the database, and reads no other", async () => {
    await using server = await startRedis({ args: ["--user", "reader", "on", `>${SECRET}`, "~*", "+llen"] });
    await using broker = await openBroker(`redis://reader:${encoded}@127.0.0.1:${server.port}/1`, ["jobs"], {
      importIoredis,
    });
    expect(await broker.lengths()).toEqual({ jobs: "auth" });
  });

  it("shows no password that the server repeats", async () => {
    await using server = await startRedis({ args: ["--rename-command", "AUTH", ""] });
    await using broker = await openBroker(`redis://:${encoded}@127.0.0.1:${server.port}`, ["jobs"], { importIoredis });
    const results = (await broker.read()).queues;
    expect(results).toMatchObject([{ ok: false, reason: "auth" }]);
    expectNoSecret([results, broker, broker.problems]);
  });
});

it("names the package to install when ioredis is missing, and shows no password", async () => {
  const missing = Object.assign(new Error("Cannot find package 'ioredis'"), { code: "ERR_MODULE_NOT_FOUND" });
  const opened = openBroker(`redis://:${encoded}@localhost`, [], { importIoredis: () => Promise.reject(missing) });
  const error = await opened.catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: "MISSING_PACKAGE",
    message: "redis: a Redis URL needs the package ioredis, which cannot be loaded. Run: npm install ioredis",
    cause: missing,
  });
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain("s3cret");
});
