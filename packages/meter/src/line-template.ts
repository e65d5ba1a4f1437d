/** What surrounds labels and values on the lines of one series, as bytes: rendered once per family. */
export interface LineTemplate {
  /** Source of every copy; eight bytes longer than needed, because copies go eight bytes a step. */
  readonly view: DataView;
  readonly lines: readonly LinePlan[];
  /** Bytes of all lines without labels and values. */
  readonly size: number;
}

interface LinePlan {
  readonly headAt: number;
  readonly headLength: number;
  readonly tailAt: number;
  readonly tailLength: number;
  /** The line before begins with the same head, so head and labels can be copied from there. */
  readonly repeatsHead: boolean;
}

/** One template for series with labels and one for a series without. */
export interface LineTemplates {
  readonly labelled: LineTemplate;
  readonly bare: LineTemplate;
}

/** The one line of a counter or gauge. */
export function scalarTemplates(name: string): LineTemplates {
  return {
    labelled: build([[`${name}{`, "} "]]),
    bare: build([[name, " "]]),
  };
}

/** Buckets, sum, count: the order of a series' value text. */
export function histogramTemplates(name: string, bounds: readonly number[]): LineTemplates {
  const edges = [...bounds.map(String), "+Inf"];
  return {
    labelled: build([
      ...edges.map((edge): Line => [`${name}_bucket{`, `,le="${edge}"} `]),
      [`${name}_sum{`, "} "],
      [`${name}_count{`, "} "],
    ]),
    bare: build([
      ...edges.map((edge): Line => [`${name}_bucket{`, `le="${edge}"} `]),
      [`${name}_sum`, " "],
      [`${name}_count`, " "],
    ]),
  };
}

type Line = readonly [head: string, tail: string];

function build(lines: readonly Line[]): LineTemplate {
  const plans: LinePlan[] = [];
  let text = "";
  let size = 0;
  for (const [index, [head, tail]] of lines.entries()) {
    const before = plans.at(-1);
    const repeatsHead = before !== undefined && lines[index - 1]?.[0] === head;
    const headAt = repeatsHead ? before.headAt : text.length;
    if (!repeatsHead) text += head;
    plans.push({ headAt, headLength: head.length, tailAt: text.length, tailLength: tail.length, repeatsHead });
    text += tail;
    size += head.length + tail.length;
  }
  const bytes = Buffer.alloc(text.length + 8);
  bytes.write(text, "latin1");
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), lines: plans, size };
}
