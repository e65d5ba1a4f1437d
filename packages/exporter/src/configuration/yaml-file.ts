import { readFileSync } from "node:fs";
import { suggestion } from "@taskvitals/redis";
import { TaskVitalsError } from "taskvitals";
import * as v from "valibot";
import { type Document, LineCounter, parseDocument } from "yaml";
import { type Mistake, misconfigured } from "./misconfigured.ts";

/** What a YAML file may hold. */
export interface YamlShape<T> {
  /** The flag or variable that named the file. */
  readonly namedBy: string;
  /** What fits. The message of each schema is what is expected there. */
  readonly schema: v.GenericSchema<unknown, T>;
  /** The names of the keys at a place, such as `brokers.*`; top level is the empty path. */
  keysAt(path: readonly (string | number)[]): readonly string[];
  /** Set where nothing in the file can be secret: values are shown, and every mistake is told at once. */
  readonly isPublic?: true;
  /** Says more about a mistake than its schema can; what is absent is as it would be without. */
  explain?(path: readonly (string | number)[], value: unknown): Partial<Pick<Mistake, "expected" | "remedy">>;
}

/** A YAML file that was read and fits its shape. */
export interface YamlFile<T> {
  readonly content: T;
  /** A place in the file for messages: `exporter.yaml:3: brokers.jobs`. */
  where(path: readonly (string | number)[]): string;
}

/** What some of the parser's codes mean. Its own messages quote the file, which may hold passwords. */
const YAML_ERRORS: Readonly<Record<string, string>> = {
  BAD_INDENT: "the indentation does not fit",
  DUPLICATE_KEY: "a key is there twice",
  MISSING_CHAR: "a quote, bracket or comma is missing",
  TAB_AS_INDENT: "it is indented with a tab, where only spaces may be",
};

/**
 * Reads a YAML file.
 *
 * @throws TaskVitalsError `INVALID_OPTION` when it cannot be read, is not YAML, or does not fit; no value of the file is shown, unless it is public
 */
export function readYamlFile<T>(file: string, shape: YamlShape<T>): YamlFile<T> {
  const lines = new LineCounter();
  const document = parseDocument(readText(file, shape.namedBy), { lineCounter: lines, prettyErrors: false });
  const where = (path: readonly (string | number)[]): string => {
    const at = lineOf(document, lines, path);
    return `${file}${at === undefined ? "" : `:${at}`}${path.length === 0 ? "" : `: ${pathText(path, shape.isPublic)}`}`;
  };
  const [error] = document.errors;
  if (error !== undefined) {
    throw misconfigured({
      where: `${file}:${lines.linePos(error.pos[0]).line}`,
      expected: `valid YAML; ${YAML_ERRORS[error.code] ?? `the parser says ${error.code}`}`,
    });
  }
  const content = plain(document, file);
  if (typeof content !== "object" || Array.isArray(content)) {
    throw misconfigured({ where: file, expected: "a mapping of settings" });
  }
  const result = v.safeParse(shape.schema, content, { abortEarly: !shape.isPublic });
  if (result.success) return { content: result.output, where };
  const line = (issue: v.BaseIssue<unknown>): number => lineOf(document, lines, pathOf(issue)) ?? 0;
  const issues = result.issues.sort((one, other) => line(one) - line(other));
  const messages = issues.map((issue) => misfit(issue, where, shape).message);
  throw new TaskVitalsError("INVALID_OPTION", messages.join("\n"));
}

function readText(file: string, namedBy: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code = "unknown reason" } = error as NodeJS.ErrnoException;
    throw misconfigured({ where: namedBy, got: file, expected: `a file that can be read (${code})` });
  }
}

function plain(document: Document, file: string): unknown {
  try {
    // An empty file is an empty mapping.
    return document.toJS() ?? {};
  } catch {
    const expected = "valid YAML; an alias (*name) has no anchor (&name) before it";
    throw misconfigured({ where: file, expected, remedy: "Quote text that begins with an asterisk." });
  }
}

function misfit<T>(issue: v.BaseIssue<unknown>, where: YamlFile<T>["where"], shape: YamlShape<T>): Error {
  const path = pathOf(issue);
  const mistake = isUnknownKey(issue) ? unknownKey(path, shape) : wrongValue(issue, shape);
  return misconfigured({ where: where(path), ...mistake, ...shape.explain?.(path, issue.input) });
}

function pathOf(issue: v.BaseIssue<unknown>): (string | number)[] {
  return (issue.path ?? []).map(({ key }) => key as string | number);
}

/** A key beside those of a strict object, or of an object whose rest is nothing. */
function isUnknownKey({ expected, type }: v.BaseIssue<unknown>): boolean {
  return type === "never" || (type === "strict_object" && expected === "never");
}

function unknownKey<T>(path: readonly (string | number)[], shape: YamlShape<T>): Omit<Mistake, "where"> {
  const keys = shape.keysAt(path.slice(0, -1));
  const meant = suggestion(String(path.at(-1)), keys);
  return { expected: `one of the keys ${keys.join(", ")}`, remedy: meant ?? "Correct or remove it." };
}

function wrongValue<T>({ input, message, type }: v.BaseIssue<unknown>, shape: YamlShape<T>): Omit<Mistake, "where"> {
  if (shape.isPublic) return { got: input, expected: message };
  // 0123, 1e5 and yes are no text to YAML. The value is not shown: it may be a password.
  const isBare = type === "string" && ["number", "bigint", "boolean"].includes(typeof input);
  return { expected: message, ...(isBare && { remedy: "Put it in quotes." }) };
}

function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number | undefined {
  // The nearest that is there: what is missing has no place of its own.
  for (let length = path.length; length > 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    const range = (node as { readonly range?: readonly number[] | null } | undefined)?.range;
    if (range?.[0] !== undefined) return lines.linePos(range[0]).line;
  }
  return undefined;
}

function pathText(path: readonly (string | number)[], isPublic = false): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    // A URL in the place of a name may hold a password.
    const name = !isPublic && /[/@]/.test(key) ? "[a URL]" : key;
    return text === "" ? name : `${text}.${name}`;
  }, "");
}
