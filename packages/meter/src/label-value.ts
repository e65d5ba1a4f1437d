/** Longest label value, in UTF-16 code units. */
export const LONGEST_VALUE = 128;

/**
 * An attribute's value as a label value: a string as it is, anything else as JSON (as the standard exporter writes it),
 * well-formed and cut at `longest` characters without splitting a surrogate pair. `""` stands for an absent label,
 * which is what Prometheus takes an empty value for. May throw whatever a hostile value throws: the caller catches.
 */
export function labelValue(value: unknown, longest: number = LONGEST_VALUE): string {
  switch (typeof value) {
    case "string":
      return cut(value, longest);
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
    case "undefined":
      return "";
    case "object": {
      if (value === null) return "";
      const json: unknown = JSON.stringify(value);
      if (typeof json === "string") return cut(json, longest);
      break;
    }
  }
  throw new TypeError(`a ${typeof value} is not an attribute value`);
}

function cut(value: string, longest: number): string {
  if (value.length <= longest) return value.isWellFormed() ? value : value.toWellFormed();
  const last = value.charCodeAt(longest - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  const head = value.slice(0, splitsPair ? longest - 1 : longest).toWellFormed();
  // V8 keeps the whole of a long string alive behind a slice of it; a round trip through bytes makes a copy.
  return Buffer.from(head, "utf8").toString("utf8");
}

const ESCAPED = /[\\\n"]/;

/** The value between the quotes of a label. */
export function escapeLabelValue(value: string): string {
  if (!ESCAPED.test(value)) return value;
  return value.replace(/\\/g, "\\\\").replace(/\n/g, "\\n").replace(/"/g, '\\"');
}

/** The text of a `# HELP` line. */
export function escapeHelp(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/\n/g, "\\n");
}
