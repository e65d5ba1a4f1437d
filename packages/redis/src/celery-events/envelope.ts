/** What a message of kombu held, or in words why it cannot be read. */
export type Opened = { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly why: string };

/** The envelope that kombu puts around every message (`kombu/transport/virtual/base.py`), as far as it is read. */
interface Envelope {
  readonly body?: unknown;
  readonly headers?: unknown;
  readonly "content-type"?: unknown;
  readonly properties?: { readonly body_encoding?: unknown } | null;
}

const UNREADABLE: Opened = { ok: false, why: "is not an envelope of kombu" };

/** Opens a message of kombu. What cannot be read is described without any of its contents. */
export function openEnvelope(message: string): Opened {
  const envelope = parse(message) as Envelope | null | undefined;
  if (typeof envelope !== "object" || envelope === null || typeof envelope.body !== "string") return UNREADABLE;
  const type = envelope["content-type"];
  if (type !== "application/json") {
    return { ok: false, why: `is of type ${typeName(type)}; only application/json can be read` };
  }
  if (headerOf(envelope, "compression") !== undefined) {
    return { ok: false, why: "is compressed, which cannot be read" };
  }
  // Every transport option is optional: kombu writes the encoding only where there is one.
  const encoded = envelope.properties?.body_encoding === "base64";
  const body = parse(encoded ? Buffer.from(envelope.body, "base64").toString("utf8") : envelope.body);
  return body === undefined ? { ok: false, why: "holds no JSON" } : { ok: true, body };
}

/** The header `ticket`, by which kombu tells the replies to one request from those to another. */
export function ticketOf(message: string): string | undefined {
  const envelope = parse(message) as Envelope | null | undefined;
  const ticket = typeof envelope === "object" && envelope !== null ? headerOf(envelope, "ticket") : undefined;
  return typeof ticket === "string" ? ticket : undefined;
}

/** Writes a message as kombu does. */
export function sealEnvelope(
  body: unknown,
  exchange: string,
  headers: Readonly<Record<string, unknown>>,
  tag: string,
): string {
  return JSON.stringify({
    body: Buffer.from(JSON.stringify(body)).toString("base64"),
    "content-encoding": "utf-8",
    "content-type": "application/json",
    headers,
    properties: {
      delivery_mode: 2,
      delivery_info: { exchange, routing_key: "" },
      priority: 0,
      body_encoding: "base64",
      delivery_tag: tag,
    },
  });
}

function headerOf({ headers }: Envelope, name: string): unknown {
  return typeof headers === "object" && headers !== null ? (headers as Record<string, unknown>)[name] : undefined;
}

function typeName(type: unknown): string {
  return typeof type === "string" && /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type.slice(0, 50) : "an unknown kind";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
