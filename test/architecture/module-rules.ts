import { parseSync, Visitor } from "oxc-parser";
import type { SourceFile } from "./workspace.ts";

/** Constructs that a library module does without, one line for each that it has. */
export function moduleFaults(file: SourceFile): string[] {
  const { program } = parseSync(file.path, file.text);
  const faults: string[] = [];
  const add = (what: string): void => {
    faults.push(`${file.path}: ${what}`);
  };
  new Visitor({
    ExportAllDeclaration: () => add("export *"),
    ExportDefaultDeclaration: () => add("default export"),
    TSEnumDeclaration: () => add("enum"),
    TSModuleDeclaration: () => add("namespace"),
  }).visit(program);
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type === "VariableDeclaration" && declaration.kind !== "const" && declaration.declare !== true) {
      add(`module-level ${declaration.kind}`);
    }
  }
  return faults;
}
