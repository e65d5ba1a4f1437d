import { type Command, Option } from "commander";
import { DEFAULT_PORT } from "../configuration/listen-address.ts";
import type { CompareFlags } from "./compare-options.ts";

/** Adds `compare` to the commands. The options of the exporter name what it reads, and compare reads two pages. */
export function addCompareCommand(program: Command, asked: (flags: CompareFlags) => void): void {
  program
    .command("compare", { hidden: true })
    .usage("--with <url> [options]")
    .description(
      "Says where another exporter and this one disagree about the same queues and tasks. It reads two pages, and nothing in Redis.",
    )
    .option("--with <url>", "page of the other exporter: celery-exporter, rq-exporter …")
    .option("--metrics <url>", `page of ours; default http://127.0.0.1:${DEFAULT_PORT}/metrics`)
    .option("--for <time>", "how long to watch, 5s to 60m; default 30s; 0: one look")
    .option("--token-file <file>", "bearer token for --metrics")
    .option("--with-token-file <file>", "bearer token for --with")
    .option("--json", "the same as --format json")
    .addOption(new Option("--format <format>", "default: text on a terminal").choices(["text", "json"]))
    .exitOverride()
    .action((flags: CompareFlags) => asked(flags));
}
