import { describe, expect, it } from "vitest";
import { connectionFailure, replyFailure } from "../src/redis-reply.ts";

const systemError = (code: string): Error => Object.assign(new Error(`connect ${code} 10.0.0.1:6379`), { code });
const answerTo = (name: string, message: string): Error =>
  Object.assign(new Error(message), { command: { name, args: ["user", "s3cret"] } });

describe("replyFailure", () => {
  it.each([
    ["WRONGTYPE Operation against a key holding the wrong kind of value", "wrong_type"],
    ["NOAUTH Authentication required.", "auth"],
    ["NOPERM this user has no permissions to run the 'llen' command", "auth"],
    ["ERR ACL failure in script: User reader has no permissions to run the 'lindex' command", "auth"],
    ["LOADING Redis is loading the dataset in memory", "loading"],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "error"],
    ["CLUSTERDOWN The cluster is down", "error"],
    ["BUSY Redis is busy running a script.", "error"],
    ["Command timed out", "timeout"],
    ["Connection is closed.", "refused"],
    ["Stream isn't writeable and enableOfflineQueue options is false", "refused"],
    ["Command aborted due to connection close", "refused"],
    ["Reached the max retries per request limit (which is 1).", "refused"],
    ["", "error"],
  ])("reads %j as %s", (message, reason) => {
    expect(replyFailure(new Error(message))).toEqual({ ok: false, reason, detail: message });
  });

  it("reads a failure of the connection as refused", () => {
    expect(replyFailure(systemError("ECONNRESET"))).toEqual({
      ok: false,
      reason: "refused",
      detail: expect.stringMatching(/^no connection to the server: ECONNRESET; .*TLS/),
    });
  });

  it("keeps one line of 200 characters", () => {
    expect(replyFailure(new Error(`ERR ${"x".repeat(500)}`)).detail).toHaveLength(200);
    expect(replyFailure(new Error("ERR one\r\ntwo")).detail).toBe("ERR one");
  });

  it("reads where a Cluster redirects to", () => {
    expect(replyFailure(new Error("MOVED 3999 127.0.0.1:6381"))).toMatchObject({
      reason: "error",
      redirect: { node: "127.0.0.1:6381", asking: false },
    });
    expect(replyFailure(new Error("ASK 3999 127.0.0.1:6381"))).toMatchObject({
      redirect: { node: "127.0.0.1:6381", asking: true },
    });
  });
});

describe("connectionFailure", () => {
  it.each([
    [systemError("ECONNREFUSED"), "refused", "no connection to the server: ECONNREFUSED"],
    [systemError("ENOTFOUND"), "refused", "no connection to the server: ENOTFOUND"],
    [new Error("Connection is closed."), "refused", "no connection to the server"],
    [
      answerTo("auth", "WRONGPASS invalid username-password pair"),
      "auth",
      "the server refuses the user or the password",
    ],
    [answerTo("auth", "ERR invalid password"), "auth", "the server refuses the user or the password"],
    [answerTo("info", "NOAUTH Authentication required."), "auth", "the server refuses the user or the password"],
    [answerTo("select", "ERR DB index is out of range"), "error", "the server refuses the number of the database"],
    [answerTo("select", "NOPERM no permissions"), "auth", "the server refuses the number of the database"],
  ])("reads %s as %s", (error, reason, detail) => {
    expect(connectionFailure(error)).toEqual({ ok: false, reason, detail });
  });

  it("does not repeat a server that repeats the password", () => {
    const error = answerTo("auth", "ERR unknown command `auth`, with args beginning with: `s3cret`, ");
    expect(JSON.stringify(connectionFailure(error))).not.toContain("s3cret");
  });
});
