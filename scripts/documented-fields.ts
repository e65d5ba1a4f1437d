import { readFileSync } from "node:fs";
import { type Comment, parseSync } from "oxc-parser";

/** A field of an interface, as its source says. */
export interface DocumentedField {
  readonly name: string;
  /** Its type, without `undefined` and `readonly`. */
  readonly type: string;
  readonly required: boolean;
  /** Its doc comment in one line, with links as code; empty where it has none. */
  readonly doc: string;
}

/** The little that is read of a syntax tree. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [property: string]: unknown;
}

const root = new URL("../", import.meta.url);

/**
 * Reads the fields of an interface from its source, those of the interfaces that it extends in the same or another of the files included.
 *
 * @throws Error where no file declares it
 */
export function documentedFields(name: string, files: readonly string[]): readonly DocumentedField[] {
  for (const file of files) {
    const text = readFileSync(new URL(file, root), "utf8");
    const { comments, program } = parseSync(file, text);
    for (const statement of program.body as unknown as readonly Node[]) {
      const declaration = statement.declaration as Node | null | undefined;
      if (declaration?.type !== "TSInterfaceDeclaration" || (declaration.id as Node).name !== name) continue;
      const bases = (declaration.extends as readonly { readonly expression: Node }[]).map(
        ({ expression }) => expression.name,
      );
      const own = ((declaration.body as Node).body as readonly Node[]).filter(
        ({ type }) => type === "TSPropertySignature",
      );
      return [
        ...own.map((field) => fieldOf(field, text, comments)),
        ...bases.flatMap((base) => documentedFields(base as string, files)),
      ];
    }
  }
  throw new Error(`No file declares the interface ${name}`);
}

function fieldOf(node: Node, text: string, comments: readonly Comment[]): DocumentedField {
  const { end, start } = (node.typeAnnotation as Node).typeAnnotation as Node;
  const comment = comments.findLast((candidate) => candidate.end <= node.start);
  const isDoc = comment?.value.startsWith("*") && text.slice(comment.end, node.start).trim() === "";
  return {
    name: (node.key as { readonly name: string }).name,
    type: text
      .slice(start, end)
      .replace(/\s+/g, " ")
      .replace(/\s*\|\s*undefined\b/g, "")
      .replace(/\breadonly /g, "")
      .replace(/^\((.*)\)$/, "$1"),
    required: node.optional !== true,
    doc: isDoc ? inOneLine(comment?.value ?? "") : "",
  };
}

function inOneLine(comment: string): string {
  return comment
    .replace(/^\*/, "")
    .replace(/^\s*\* ?/gm, "")
    .replace(/\{@link (?:\w+\.)?(\w+)\}/g, "`$1`")
    .replace(/\s+/g, " ")
    .trim();
}
