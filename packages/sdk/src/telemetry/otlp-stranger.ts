/**
 * Whether a 2xx is the answer of somebody who takes no OTLP, such as a Collector's health check, which answers it to everything. Receivers
 * answer protobuf, or nothing (Prometheus). JSON with `partialSuccess` and nothing else is a receiver's that answers in its own way.
 */
export function isStranger(contentType: string | undefined, body: Buffer): boolean {
  if (body.length === 0 || contentType === undefined) return false;
  if (/^text\/html\b/i.test(contentType)) return true;
  return /^application\/json\b/i.test(contentType) && !isReceiversJson(body);
}

function isReceiversJson(body: Buffer): boolean {
  try {
    const answer: unknown = JSON.parse(body.toString("utf8"));
    if (typeof answer !== "object" || answer === null) return false;
    return Object.keys(answer).every((key) => key === "partialSuccess" || key === "partial_success");
  } catch {
    return false;
  }
}
