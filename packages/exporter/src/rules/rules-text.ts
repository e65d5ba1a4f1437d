import { ruleGroups } from "@taskvitals/rules";
import { stringify } from "yaml";
import type { RulesOrder } from "./rules-order.ts";

/** What the header says about where the rules come from. */
export interface RulesOrigin {
  /** Version of the exporter. */
  readonly version: string;
  /** The arguments that wrote them. */
  readonly args: readonly string[];
}

/** Writes the rules as YAML, with a comment that says how to write them again. */
export function rulesText({ format, metadata, rules }: RulesOrder, origin: RulesOrigin): string {
  const groups = ruleGroups(rules);
  const { labels, name, namespace } = metadata;
  const content =
    format === "prometheus"
      ? { groups }
      : {
          apiVersion: "monitoring.coreos.com/v1",
          kind: "PrometheusRule",
          metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels },
          spec: { groups },
        };
  // A fold would be a change of an expression in a diff; an anchor is nothing that people read.
  return `${header(origin)}${stringify(content, { lineWidth: 0, blockQuote: "literal", aliasDuplicateObjects: false })}`;
}

function header({ args, version }: RulesOrigin): string {
  const command = ["taskvitals-exporter", ...args].map(shellWord).join(" ").replace(/\s+/g, " ");
  return [
    `# Written by taskvitals-exporter ${version}. Changes here are lost; limits go into a thresholds file. To write it again:`,
    `#   ${command}`,
    "",
  ].join("\n");
}

/** An argument as one would type it. */
function shellWord(arg: string): string {
  return /^[\w./:=,@%+-]+$/.test(arg) ? arg : `'${arg.replace(/'/g, "'\\''")}'`;
}
