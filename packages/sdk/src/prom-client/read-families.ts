import { FamilyBuilder, type TextFamily } from "./text-family.ts";

const HEADER = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*)(?: (.*))?$/s;
const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
/** Lines between two steps. */
const STEP = 64;

/**
 * Takes a page of a registry apart, one family after the other; of OpenMetrics it makes the text format 0.0.4, without exemplars. Never throws, whatever
 * the text is: what is no line of the format makes a family that is flawed.
 *
 * @returns families, and `undefined` every few lines, so that whoever reads may do something else
 */
export function* readFamilies(text: string, isOpenMetrics: boolean): Generator<TextFamily | undefined> {
  let family: FamilyBuilder | undefined;
  let step = 0;
  for (const line of linesOf(text)) {
    if (++step % STEP === 0) yield undefined;
    const [, kind, named, rest = ""] = (line.startsWith("#") ? HEADER.exec(line) : null) ?? [];
    // Blank lines and comments have no meaning, the end of OpenMetrics among them.
    if (kind === undefined && (line === "" || line.startsWith("#"))) continue;
    const isTaken =
      kind === undefined ? family?.addSample(line) : family?.name === named && family?.addHeader(kind, rest);
    if (isTaken === true) continue;
    if (family !== undefined) yield family.finish();
    family = new FamilyBuilder(named ?? NAME.exec(line)?.[0], isOpenMetrics);
    if (kind === undefined) family.addSample(line);
    else family.addHeader(kind, rest);
  }
  if (family !== undefined) yield family.finish();
}

function* linesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf("\n", start);
    yield text.slice(start, end === -1 ? text.length : end);
    start = end === -1 ? text.length : end + 1;
  }
}
