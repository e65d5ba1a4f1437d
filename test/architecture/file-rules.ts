import { type SourceFile, stem } from "./workspace.ts";

/** Lines after which a file holds more than one concept. */
export const maxLines = 400;

const saysNothing = /^(utils?|helpers?|common|types|constants)$/;

/** What is wrong with a file's size or name, one line each. */
export function fileFaults({ path, text }: SourceFile): string[] {
  const lines = text.trimEnd().split("\n").length;
  const names = [...path.split("/").slice(0, -1), stem(path)];
  return [
    ...(lines > maxLines ? [`${path}: ${lines} lines, above ${maxLines}`] : []),
    ...names.filter((name) => saysNothing.test(name)).map((name) => `${path}: "${name}" does not say what it holds`),
  ];
}
