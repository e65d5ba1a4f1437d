import { parseSync, Visitor } from "oxc-parser";
import type { SourceFile } from "./workspace.ts";

/** One mention of another module. */
export interface ModuleImport {
  readonly specifier: string;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

/**
 * Every module that a file refers to: static and dynamic imports, re-exports, `import("x").T` and `require("x")`.
 *
 * @throws Error when the file cannot be parsed.
 */
export function readImports(file: SourceFile): ModuleImport[] {
  const { program, errors } = parseSync(file.path, file.text);
  if (errors[0] !== undefined) throw new Error(`${file.path}: ${errors[0].message}`);
  const found: ModuleImport[] = [];
  const add = (source: unknown, typeOnly: boolean): void => {
    const { value } = source as { value?: unknown };
    if (typeof value === "string") found.push({ specifier: value, typeOnly });
  };
  new Visitor({
    ImportDeclaration(node) {
      const named =
        node.specifiers.length > 0 && node.specifiers.every((s) => "importKind" in s && s.importKind === "type");
      add(node.source, node.importKind === "type" || named);
    },
    ExportNamedDeclaration(node) {
      const named = node.specifiers.length > 0 && node.specifiers.every((specifier) => specifier.exportKind === "type");
      if (node.source !== null) add(node.source, node.exportKind === "type" || named);
    },
    ExportAllDeclaration(node) {
      add(node.source, node.exportKind === "type");
    },
    ImportExpression(node) {
      add(node.source, false);
    },
    TSImportType(node) {
      add(node.source, true);
    },
    CallExpression(node) {
      const [argument] = node.arguments;
      const { callee } = node;
      const isRequire = callee.type === "Identifier" && callee.name === "require";
      if (isRequire && argument !== undefined) add(argument, false);
    },
  }).visit(program);
  return found;
}
