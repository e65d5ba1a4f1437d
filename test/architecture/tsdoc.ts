import { posix } from "node:path";
import { type Comment, type Program, parseSync } from "oxc-parser";
import type { SourceFile } from "./workspace.ts";

type Statement = Program["body"][number];
/** Any node; the walk below looks at the few properties that it names. */
type Node = { type: string; start: number; [property: string]: unknown };

interface Module {
  readonly path: string;
  readonly body: readonly Statement[];
  readonly isDocumented: (node: { readonly start: number }) => boolean;
}

/**
 * What a package exports without a doc comment: every exported declaration of every module, and every field and method
 * of what its entries make public. One line each.
 */
export function undocumented(files: readonly SourceFile[], entries: readonly string[]): string[] {
  const modules = new Map(files.map((file) => [file.path, parse(file)]));
  const bare: string[] = [];
  for (const module of modules.values()) {
    for (const statement of module.body) {
      for (const name of declaredNames(statement)) {
        if (!module.isDocumented(statement)) bare.push(`${module.path}: ${name}`);
      }
    }
  }
  for (const entry of entries) {
    for (const { module, name } of publicNames(modules, entry)) {
      for (const statement of module.body) {
        if (!declaredNames(statement).includes(name)) continue;
        bare.push(...bareMembers(module, (statement as unknown as Node).declaration as Node, name));
      }
    }
  }
  return [...new Set(bare)];
}

function parse({ path, text }: SourceFile): Module {
  const { program, comments, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const docs = comments.filter(({ type, value }: Comment) => type === "Block" && value.startsWith("*"));
  const isDocumented = (node: { readonly start: number }): boolean =>
    docs.some(({ end, value }) => end <= node.start && text.slice(end, node.start).trim() === "" && /\w/.test(value));
  return { path, body: program.body, isDocumented };
}

/** The names that a statement both declares and exports. */
function declaredNames(statement: Statement): string[] {
  if (statement.type !== "ExportNamedDeclaration" || statement.declaration === null) return [];
  const { declaration } = statement;
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.map(({ id }) => (id.type === "Identifier" ? id.name : "(pattern)"));
  }
  const { id } = declaration as { id?: { name?: string } | null };
  return id?.name === undefined ? [] : [id.name];
}

/** Follows the re-exports of an entry to the modules that declare what it offers. */
function publicNames(modules: ReadonlyMap<string, Module>, entry: string): { module: Module; name: string }[] {
  const module = modules.get(entry);
  if (module === undefined) throw new Error(`The entry ${entry} does not exist`);
  return module.body.flatMap((statement) => {
    if (statement.type !== "ExportNamedDeclaration") return [];
    if (statement.source === null) return declaredNames(statement).map((name) => ({ module, name }));
    const target = posix.join(posix.dirname(entry), statement.source.value);
    // What comes from another package is that package's to document.
    if (!modules.has(target)) return [];
    const wanted = statement.specifiers.map(({ local }) => (local as { name: string }).name);
    return publicNames(modules, target).filter(({ name }) => wanted.includes(name));
  });
}

const memberTypes = new Set([
  "TSPropertySignature",
  "TSMethodSignature",
  "PropertyDefinition",
  "MethodDefinition",
  "TSAbstractMethodDefinition",
]);

/** The members below a declaration that lack a comment, nested type literals included, function bodies not. */
function bareMembers(module: Module, node: Node, path: string): string[] {
  const bare: string[] = [];
  for (const [property, value] of Object.entries(node)) {
    if (property === "body" && /Function/.test(node.type)) continue;
    // Parameters are documented where their function is.
    if (property === "params") continue;
    if (property === "init" || (property === "value" && node.type === "PropertyDefinition")) continue;
    for (const child of Array.isArray(value) ? value : [value]) {
      if (!isNode(child)) continue;
      if (!memberTypes.has(child.type)) {
        bare.push(...bareMembers(module, child, path));
      } else if (!isInternal(child)) {
        const name = `${path}.${(child.key as { name?: string }).name ?? "(computed)"}`;
        if (!module.isDocumented(child)) bare.push(`${module.path}: ${name}`);
        bare.push(...bareMembers(module, child, name));
      }
    }
  }
  return bare;
}

/** Private members, constructors, overrides, well-known symbols and tags of a union need no words of their own. */
function isInternal(member: Node): boolean {
  const key = member.key as Node;
  const annotation = member.typeAnnotation as { typeAnnotation?: Node } | null | undefined;
  return (
    key.type === "PrivateIdentifier" ||
    member.accessibility === "private" ||
    member.kind === "constructor" ||
    member.override === true ||
    member.computed === true ||
    annotation?.typeAnnotation?.type === "TSLiteralType"
  );
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}
