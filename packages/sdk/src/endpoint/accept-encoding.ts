/**
 * Whether a client wants gzip, by its Accept-Encoding header (RFC 9110, 12.5.3): gzip is named, or covered by `*`, with a weight
 * above 0 and not below the weight given to `identity`.
 */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  const weights = new Map<string, number>();
  for (const item of header.split(",")) {
    const [coding = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
    weights.set(coding === "x-gzip" ? "gzip" : coding, weightOf(parameters));
  }
  const gzip = weights.get("gzip") ?? weights.get("*") ?? 0;
  return gzip > 0 && gzip >= (weights.get("identity") ?? 0);
}

/** The weight of one coding. A malformed one is no wish for it. */
function weightOf(parameters: readonly string[]): number {
  const parameter = parameters.find((candidate) => candidate.startsWith("q="));
  if (parameter === undefined) return 1;
  const value = parameter.slice(2);
  return /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(value) ? Number(value) : 0;
}
