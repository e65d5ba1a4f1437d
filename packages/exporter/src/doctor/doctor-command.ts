import { type Command, Option } from "commander";
import type { DoctorFlags } from "./doctor-options.ts";

/** Adds `doctor` to the commands; the options of the exporter stand before or after it. */
export function addDoctorCommand(program: Command, asked: (flags: DoctorFlags) => void): void {
  const each = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value];
  program
    .command("doctor", { hidden: true })
    .description(
      "Says of each queue whether it is healthy, why not, and what to do. It reads what the options of taskvitals-exporter name (--redis, --queue, --config …) and changes nothing.",
    )
    .option("--metrics <url>", "page of an SDK process or an exporter; repeatable", each)
    .option("--prometheus <url>", "has the history, so that nothing need be watched")
    .option("--selector <matchers>", 'series of this platform there, such as job="api"')
    .option("--token-file <file>", "bearer token for all of these URLs")
    .option("--thresholds <file>", "YAML file with the limits; those of the alerts")
    .option("--watch-for <seconds>", "how long, where one look cannot tell; 5 to 600, default 30; 0: one look")
    .option("--watch", "goes on, and says again how it is")
    .option("--json", "the same as --format json")
    .addOption(new Option("--format <format>", "default: text on a terminal").choices(["text", "json"]))
    .exitOverride()
    .action((flags: DoctorFlags) => asked(flags));
}
