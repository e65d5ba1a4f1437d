import { readFileSync, writeFileSync } from "node:fs";
import type { Machine } from "./machine.ts";
import { newestResults, type Result } from "./results.ts";

const BEGIN = "<!-- bench:begin -->";
const END = "<!-- bench:end -->";

/** The results as Markdown: every target with its figure, whether it was kept or not, then where they were taken. */
export function resultsTable(results: readonly Result[]): string {
  if (results.length === 0) return "No full run is stored yet.";
  const lines = ["| target | figure | at most | kept | noise | run |", "|---|--:|--:|---|--:|---|"];
  for (const { date, benchmark, targets, figures } of results) {
    const noise = figures.noise_ratio;
    for (const { name, value, limit, ok } of targets) {
      const cells = [
        `\`${name}\``,
        ok ? value : `**${value}**`,
        limit,
        ok ? "yes" : "**no**",
        typeof noise === "number" ? `± ${noise}` : "",
        `[${benchmark}, ${date}](bench/results/${date}-${benchmark}.json)`,
      ];
      lines.push(`| ${cells.join(" | ")} |`);
    }
  }
  const places = new Set(results.map(({ machine }) => describePlace(machine)));
  const versions = new Set(results.flatMap((result) => Object.entries(result.versions).map(describeVersion)));
  lines.push("", `Taken on ${[...places].join("; ")}; with ${[...versions].toSorted().join(", ")}.`);
  return lines.join("\n");
}

/**
 * The text with the table between its two markers.
 *
 * @throws Error when a marker is missing
 */
export function withTable(text: string, table: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`Expected ${BEGIN} and ${END} in the text`);
  return `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`;
}

function describePlace({ cpu, cores, memory, os, arch }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory}, ${os} ${arch}`;
}

function describeVersion([name, version]: readonly [string, string]): string {
  return `${name} ${version}`;
}

if (import.meta.main) {
  const results = newestResults();
  for (const name of ["README.md", "README.zh-TW.md"]) {
    const file = new URL(`../${name}`, import.meta.url);
    writeFileSync(file, withTable(readFileSync(file, "utf8"), resultsTable(results)));
    process.stdout.write(`The table in ${name} shows ${results.length} stored runs\n`);
  }
}
