import { documentationPages, type Page } from "./pages.ts";

/** A block of code of a page. */
export interface CodeBlock {
  /** Where it is, such as `docs/errors.md:7`. */
  readonly place: string;
  /** What stands behind the fence; `sh` for an indented block, and empty where a fence says nothing. */
  readonly language: string;
  readonly text: string;
}

/** Every block of every page, each text once: a translation repeats those of its original. */
export function documentedBlocks(): readonly CodeBlock[] {
  const known = new Map<string, CodeBlock>();
  for (const page of documentationPages()) {
    for (const block of codeBlocks(page)) {
      const key = `${block.language}\n${block.text}`;
      if (!known.has(key)) known.set(key, block);
    }
  }
  return [...known.values()];
}

/** The blocks of one page, fenced and indented, in their order. */
export function codeBlocks({ path, text }: Page): readonly CodeBlock[] {
  const lines = text.split("\n");
  const blocks: CodeBlock[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^( *)```+(.*)$/.exec(lines[at] ?? "");
    const end = fence === null ? endOfIndented(lines, at) : endOfFenced(lines, at);
    if (end === at) continue;
    const indent = fence === null ? 4 : (fence[1] ?? "").length;
    const body = lines.slice(fence === null ? at : at + 1, end).map((line) => line.slice(indent));
    blocks.push({
      place: `${path}:${at + 1}`,
      language: fence === null ? "sh" : (fence[2] ?? "").trim(),
      text: `${body.join("\n").trimEnd()}\n`,
    });
    at = fence === null ? end - 1 : end;
  }
  return blocks;
}

function endOfFenced(lines: readonly string[], start: number): number {
  const end = lines.findIndex((line, at) => at > start && /^ *```+ *$/.test(line));
  return end === -1 ? lines.length : end;
}

/** Where the indented block that begins here ends; the start itself where none begins. */
function endOfIndented(lines: readonly string[], start: number): number {
  const begins = (lines[start] ?? "").startsWith("    ") && (start === 0 || lines[start - 1]?.trim() === "");
  if (!begins || isInList(lines, start)) return start;
  let end = start;
  for (let at = start; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.startsWith("    ")) end = at + 1;
    else if (line.trim() !== "") break;
  }
  return end;
}

/** Indented text below an item of a list is a paragraph of that item. */
function isInList(lines: readonly string[], start: number): boolean {
  for (let at = start - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? "";
    if (/^ *([-*]|\d+\.) /.test(line)) return true;
    if (/^\S/.test(line)) return false;
  }
  return false;
}
