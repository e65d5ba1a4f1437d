import { readFileSync } from "node:fs";
import { parseSync, Visitor } from "oxc-parser";
import { DEFAULT_PORT } from "../packages/exporter/src/configuration/listen-address.ts";

/** A flag of the exporter, as its source declares it. */
export interface ExporterFlag {
  /** With its argument, such as `--redis <url>`. */
  readonly flag: string;
  readonly description: string;
}

const root = new URL("../", import.meta.url);

/** The flags that a file declares with commander, in their order, those that help does not show included. */
export function exporterFlags(file: string): readonly ExporterFlag[] {
  const text = readFileSync(new URL(file, root), "utf8");
  const flags: (ExporterFlag & { readonly at: number })[] = [];
  const add = (args: readonly { readonly start: number; readonly end: number }[], more = ""): void => {
    const [flag, description] = args.slice(0, 2).map(({ end, start }) => literal(text.slice(start, end)));
    if (flag?.startsWith("--") && description !== undefined) {
      flags.push({ flag, description: `${description}${more}`, at: args[0]?.start ?? 0 });
    }
  };
  new Visitor({
    CallExpression: ({ arguments: args, callee }) => {
      if (callee.type === "MemberExpression" && "name" in callee.property && callee.property.name === "option")
        add(args);
    },
    NewExpression: ({ arguments: args, callee, end }) => {
      if (callee.type !== "Identifier" || callee.name !== "Option") return;
      const choices = /^\s*\.choices\(\[([^\]]*)\]\)/.exec(text.slice(end))?.[1];
      add(args, choices === undefined ? "" : `; one of ${choices.replaceAll('"', "`")}`);
    },
  }).visit(parseSync(file, text).program);
  return flags.sort((one, other) => one.at - other.at).map(({ description, flag }) => ({ flag, description }));
}

/** The text of a literal, with the ports that a template names. */
function literal(source: string): string | undefined {
  if (!/^["'`]/.test(source)) return undefined;
  return source
    .slice(1, -1)
    .replace(/\$\{DEFAULT_PORT\}/g, String(DEFAULT_PORT))
    .replace(/\\(["'])/g, "$1");
}
