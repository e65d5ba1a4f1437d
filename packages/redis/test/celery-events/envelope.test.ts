import { describe, expect, it } from "vitest";
import { openEnvelope, sealEnvelope, ticketOf } from "../../src/celery-events/envelope.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("an envelope of kombu", () => {
  it("opens what kombu encodes in base64, as it does by default", () => {
    const message = JSON.stringify({
      body: base64('{"type":"worker-online","hostname":"ключ@host"}'),
      "content-type": "application/json",
      properties: { body_encoding: "base64" },
    });
    expect(openEnvelope(message)).toEqual({ ok: true, body: { type: "worker-online", hostname: "ключ@host" } });
  });

  it("opens what is not encoded", () => {
    const message = JSON.stringify({ body: '[{"type":"a"}]', "content-type": "application/json", properties: {} });
    expect(openEnvelope(message)).toEqual({ ok: true, body: [{ type: "a" }] });
  });

  it("says of another serializer which it is, and nothing of what it holds", () => {
    const message = JSON.stringify({ body: "secret", "content-type": "application/x-python-serialize" });
    expect(openEnvelope(message)).toEqual({
      ok: false,
      why: "is of type application/x-python-serialize; only application/json can be read",
    });
  });

  it.each([
    ["text", "hello", "is not an envelope of kombu"],
    ["JSON of another kind", "[1]", "is not an envelope of kombu"],
    ["nothing", "null", "is not an envelope of kombu"],
    ["no type", '{"body":"e30="}', "is of type an unknown kind; only application/json can be read"],
    ["a body that is no JSON", `{"body":"!","content-type":"application/json"}`, "holds no JSON"],
    [
      "a compressed body",
      `{"body":"!","content-type":"application/json","headers":{"compression":"application/x-gzip"}}`,
      "is compressed, which cannot be read",
    ],
  ])("refuses %s", (_, message, why) => {
    expect(openEnvelope(message)).toEqual({ ok: false, why });
  });

  it("is written as it is read, with its ticket", () => {
    const message = sealEnvelope({ method: "stats" }, "celery.pidbox", { ticket: "t1" }, "tag");
    expect(openEnvelope(message)).toEqual({ ok: true, body: { method: "stats" } });
    expect(ticketOf(message)).toBe("t1");
    expect(ticketOf("nothing")).toBeUndefined();
  });
});
