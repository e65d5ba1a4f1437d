import { plainText } from "../doctor/plain-text.ts";
import type { Comparison, Finding, Seen } from "./comparison.ts";
import { questions } from "./measure.ts";

/** Lines of findings of one kind that are listed; more are a number. */
const MAX_LINES = 50;
const SYMBOLS: Readonly<Record<Finding["verdict"], string>> = {
  agree: "✓",
  differ: "✗",
  only_ours: "!",
  only_theirs: "!",
  unknown: "?",
};
const RED = "31";
const YELLOW = "33";
const GREEN = "32";
const BOLD = "1";
const COLOURS: Readonly<Record<string, string>> = { "✓": GREEN, "✗": RED, "!": YELLOW, "?": YELLOW };

/** The comparison for a person: in one line how it is, then what differs first, then what is to be known. */
export function compareText(comparison: Comparison, { hasColour }: { readonly hasColour: boolean }): string {
  const paint = (code: string, text: string): string => (hasColour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const { findings, notes } = comparison;
  const lines = [paint(BOLD, overall(comparison)), ""];
  for (const verdict of Object.keys(SYMBOLS).sort(byUrgency) as Finding["verdict"][]) {
    const ofKind = findings.filter((finding) => finding.verdict === verdict);
    const symbol = SYMBOLS[verdict];
    for (const finding of ofKind.slice(0, MAX_LINES)) {
      lines.push(`${paint(COLOURS[symbol] ?? BOLD, symbol)} ${plainText(told(finding, comparison))}`);
    }
    if (ofKind.length > MAX_LINES) lines.push(`  and ${ofKind.length - MAX_LINES} more of these: --json has all`);
  }
  for (const note of notes) lines.push("", plainText(note));
  return `${lines.join("\n")}\n`;
}

const URGENCY: readonly string[] = ["differ", "only_theirs", "only_ours", "unknown", "agree"];

function byUrgency(one: string, other: string): number {
  return URGENCY.indexOf(one) - URGENCY.indexOf(other);
}

function overall({ exporter, findings, watchedSeconds }: Comparison): string {
  const count = (verdict: Finding["verdict"]): number => findings.filter((one) => one.verdict === verdict).length;
  const time = watchedSeconds === 0 ? "at one look" : `over ${Math.round(watchedSeconds)} s`;
  const compared = count("agree") + count("differ");
  if (count("differ") === 0) return `taskvitals and ${exporter} agree on all ${compared} numbers ${time}.`;
  return `taskvitals and ${exporter} disagree on ${count("differ")} of ${compared} numbers ${time}.`;
}

function told(finding: Finding, { exporter, watchedSeconds }: Comparison): string {
  const { ours, question, queue, task, theirs, verdict } = finding;
  const { kind, words } = questions[question];
  const subject = [task === undefined ? "" : ` of task ${task}`, queue === undefined ? "" : ` on queue ${queue}`];
  const what = `${words}${subject.join("")}`;
  const time = kind === "counter" && watchedSeconds > 0 ? ` in ${Math.round(watchedSeconds)} s` : "";
  if (verdict === "only_ours") return `${what}: only taskvitals has them, ${seenText(ours)}`;
  if (verdict === "only_theirs") return `${what}: only ${exporter} has them, ${seenText(theirs)}`;
  if (verdict === "unknown") {
    const why = watchedSeconds === 0 ? "one look tells no rise" : "a counter began anew";
    return `${what}: not compared, ${why} (totals ${ours?.total ?? "–"} here, ${theirs?.total ?? "–"} there)`;
  }
  const totals = kind === "counter" ? ` (totals ${ours?.total} here, ${theirs?.total} there)` : "";
  if (verdict === "agree") return `${what}: ${seenText(ours)}${time} on both${totals}`;
  return `${what}: ${seenText(ours)} by taskvitals, ${seenText(theirs)} by ${exporter}${time}${totals}`;
}

function seenText(seen: Seen | undefined): string {
  if (seen === undefined) return "none";
  const { least, most, total } = seen;
  if (Number.isNaN(most)) return `${total} in all`;
  return least === most ? `${most}` : `${least} to ${most}`;
}
