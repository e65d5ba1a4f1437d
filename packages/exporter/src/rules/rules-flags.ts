import { type Command, Option } from "commander";

/** Forms in which rules are written: a file of Prometheus, or an object of its operator. */
export type RulesFormat = "prometheus" | "prometheusrule";

/** The flags of `rules`, as commander names them. */
export interface RulesFlags {
  readonly selector?: string;
  readonly by?: readonly string[];
  readonly label?: readonly string[];
  readonly thresholds?: string;
  readonly format?: RulesFormat;
  readonly name?: string;
  readonly namespace?: string;
  readonly metadataLabel?: readonly string[];
  readonly runbookUrl?: string;
  readonly grafanaUrl?: string;
  readonly output?: string;
}

/** Adds `rules` to the commands. The options of the exporter name what it reads, and rules read nothing. */
export function addRulesCommand(program: Command, asked: (flags: RulesFlags) => void): void {
  const each = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value];
  program
    .command("rules", { hidden: true })
    .usage("[options]")
    .description(
      "Writes the rules of Prometheus: recorded series, and alerts with your labels and limits. Needs no server.",
    )
    .option("--selector <matchers>", "series of this platform, such as 'job=\"x\"'; default all")
    .option("--by <labels>", "labels that tell platforms apart: namespace,cluster", each)
    .option("--label <name=value>", "on every recorded series and alert; repeatable", each)
    .option("--thresholds <file>", "YAML file with limits, also of single queues and tasks")
    .addOption(
      new Option("--format <format>", "prometheusrule is for the operator").choices(["prometheus", "prometheusrule"]),
    )
    .option("--name <name>", "of the PrometheusRule; default taskvitals")
    .option("--namespace <name>", "of the PrometheusRule")
    .option("--metadata-label <name=value>", "of the PrometheusRule; repeatable", each)
    .option("--runbook-url <url>", "page with a heading for each alert")
    .option("--grafana-url <url>", "links alerts to the operations dashboard")
    .option("--output <file>", "default: stdout")
    .exitOverride()
    .action((flags: RulesFlags) => asked(flags));
}
