import { describe, expect, it } from "vitest";
import { asynqServer } from "../../src/layouts/asynq-server.ts";

/** A field of a message that holds text or another message. */
const field = (number: number, value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value);
  const length = bytes.length < 128 ? [bytes.length] : [128 + (bytes.length % 128), Math.floor(bytes.length / 128)];
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), bytes]);
};
const queue = (name: string): Buffer => field(5, Buffer.concat([field(1, name), Buffer.from([2 * 8, 1])]));

const host = field(1, "critical");
const pid = Buffer.from([2 * 8, 0xff, 0xff, 0x03]);
const startTime = field(8, Buffer.from([1 * 8, 0x80, 0x01]));

describe("asynqServer", () => {
  it("reads the queues and the status, among fields of other kinds", () => {
    const message = [host, pid, queue("default"), queue("ключ 🙂\n"), field(7, "active"), startTime];
    expect(asynqServer(Buffer.concat(message))).toEqual({ queues: ["default", "ключ 🙂\n"], status: "active" });
  });

  it("takes no other text for a queue", () => {
    expect(asynqServer(Buffer.concat([host, queue("default")]))?.queues).toEqual(["default"]);
  });

  it("reads names of more than 127 bytes", () => {
    expect(asynqServer(queue("x".repeat(300)))?.queues).toEqual(["x".repeat(300)]);
  });

  it("skips fields that are not of today", () => {
    const later = Buffer.from([14 * 8 + 1, 1, 2, 3, 4, 5, 6, 7, 8, 15 * 8 + 5, 1, 2, 3, 4]);
    expect(asynqServer(Buffer.concat([later, queue("a")]))?.queues).toEqual(["a"]);
  });

  it.each([
    ["that is cut off in a text", host.subarray(0, 4)],
    ["that is cut off in a number", pid.subarray(0, 2)],
    ["that is cut off in a fixed number", Buffer.from([9, 1, 2])],
    ["whose queue is cut off", field(5, field(1, "default").subarray(0, 4))],
    ["of another encoding", Buffer.from('{"queues":{}}')],
  ])("refuses a message %s", (_, message) => {
    expect(asynqServer(message)).toBeUndefined();
  });
});
