import type { BrokerReport, DoctorReport, QueueReport } from "./doctor-report.ts";
import { plainText } from "./plain-text.ts";

/** How a report is shown. */
export interface TextStyle {
  readonly hasColour: boolean;
}

/** Healthy queues that are listed; more are a number. */
const MAX_HEALTHY = 50;
/** Queues, or groups of those that are alike, of which all is said; more are a number. */
const MAX_ILL = 50;
/** Names in a sentence; more are a number. */
const MAX_NAMES = 5;
const SYMBOLS: Readonly<Record<string, string>> = { healthy: "✓", backlog: "!", slow: "!", failing: "!", unknown: "?" };
/** Verdicts that do not follow an "is". */
const WORDS: Readonly<Record<string, string>> = { backlog: "has a backlog", unknown: "is not known" };
const RED = "31";
const YELLOW = "33";
const GREEN = "32";
const BOLD = "1";
const COLOURS: Readonly<Record<string, string>> = { "✓": GREEN, "!": YELLOW, "?": YELLOW, "✗": RED };

/** The report for a person: in one line how it is, then the worst first, then what could not be known. */
export function doctorText(report: DoctorReport, { hasColour }: TextStyle): string {
  const paint = (code: string, text: string): string => (hasColour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const bad = report.queues.filter(({ verdict }) => verdict !== "healthy");
  const healthy = report.queues.filter(({ verdict }) => verdict === "healthy");
  const lines = [paint(BOLD, overall(report, bad.length)), ""];
  // What is wrong with a broker is wrong with its queues.
  const illBrokers = report.brokers.filter(({ verdict }) => verdict !== "healthy");
  for (const broker of illBrokers) lines.push(...ill(`Broker ${nameOf(broker)}`, broker, paint), "");
  const groups = alike(bad);
  for (const [first, ...others] of groups.slice(0, MAX_ILL)) {
    if (first === undefined) continue;
    const names = [first, ...others].map(({ queue }) => queue);
    lines.push(
      ...(others.length === 0 ? ill(`Queue ${first.queue}`, first, paint) : illGroup(names, first, paint)),
      "",
    );
  }
  const rest = groups.slice(MAX_ILL).flat().length;
  if (rest > 0)
    lines.push(
      `  and ${amount(rest, "more queue")} that ${rest === 1 ? "needs" : "need"} attention: --json has all`,
      "",
    );
  for (const { evidence, queue } of healthy.slice(0, MAX_HEALTHY)) {
    lines.push(`${mark("healthy", paint)} Queue ${plainText(queue)} is healthy: ${plainText(evidence.join("; "))}`);
  }
  if (healthy.length > MAX_HEALTHY) lines.push(`  and ${healthy.length - MAX_HEALTHY} more queues that are healthy`);
  for (const broker of report.brokers.filter(({ verdict }) => verdict === "healthy")) {
    const evidence = broker.evidence.length === 0 ? "" : `: ${plainText(broker.evidence.join("; "))}`;
    lines.push(`${mark("healthy", paint)} Broker ${plainText(nameOf(broker))} is healthy${evidence}`);
  }
  lines.push(...alertLines(report, paint), ...unknownLines(report, paint));
  return `${lines.join("\n").replace(/\n+$/, "")}\n`;
}

/** Names in a sentence: the first few, and how many more. */
export function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

type Paint = (code: string, text: string) => string;

function overall({ alerts, brokers, queues, unreachable, watchedSeconds }: DoctorReport, bad: number): string {
  const illBrokers = brokers.filter(({ verdict }) => verdict !== "healthy").length;
  const parts = [
    queues.length === 0
      ? "No queue was found"
      : bad === 0
        ? `${queues.length === 1 ? "The only queue is" : `All ${queues.length} queues are`} healthy`
        : queues.length === 1
          ? "The only queue needs attention"
          : `${bad} of ${amount(queues.length, "queue")} ${bad === 1 ? "needs" : "need"} attention`,
    ...(illBrokers > 0
      ? [
          `${brokers.length === 1 ? "the broker" : `${illBrokers} of ${brokers.length} brokers`} ${illBrokers === 1 ? "needs" : "need"} attention`,
        ]
      : []),
    ...(unreachable.length > 0 ? [`${amount(unreachable.length, "source")} did not answer`] : []),
  ];
  const atOnce = alerts === undefined ? "one look" : "by what Prometheus has";
  const how = watchedSeconds === 0 ? atOnce : `watched for ${Math.round(watchedSeconds)} s`;
  return `${parts.join("; ")} (${how}).`;
}

/** Queues of which the same is to be said, together; in the order of the first of each. */
function alike(queues: readonly QueueReport[]): readonly (readonly QueueReport[])[] {
  const groups = new Map<string, QueueReport[]>();
  for (const queue of queues) {
    // What follows the reason are numbers, and one queue's own; nothing is known of what is blind.
    const key = queue.verdict === "blind" ? JSON.stringify([queue.evidence, queue.next]) : `queue ${queue.queue}`;
    groups.set(key, [...(groups.get(key) ?? []), queue]);
  }
  return [...groups.values()];
}

function illGroup(names: readonly string[], first: QueueReport, paint: Paint): string[] {
  return ill(`${names.length} queues (${listed(names)})`, first, paint, "are");
}

function ill(
  subject: string,
  {
    alert,
    evidence,
    next,
    runbook,
    verdict,
  }: Pick<QueueReport | BrokerReport, "alert" | "evidence" | "next" | "runbook"> & { readonly verdict: string },
  paint: Paint,
  verb = "is",
): string[] {
  const [because = "", ...facts] = evidence;
  return [
    `${mark(verdict, paint)} ${plainText(subject)} ${paint(BOLD, WORDS[verdict] ?? `${verb} ${verdict}`)}: ${plainText(because)}`,
    ...facts.map((fact) => `    ${plainText(fact)}`),
    ...(next === undefined ? [] : [`    → ${plainText(next)}`]),
    ...(alert === undefined
      ? []
      : [`    ${plainText(alert)}${runbook === undefined ? "" : `: ${plainText(runbook)}`}`]),
  ];
}

function mark(verdict: string, paint: Paint): string {
  const symbol = SYMBOLS[verdict] ?? "✗";
  return paint(COLOURS[symbol] ?? RED, symbol);
}

function nameOf({ address, broker }: BrokerReport): string {
  return address === undefined ? broker : `${broker} (${address})`;
}

function alertLines({ alerts }: DoctorReport, paint: Paint): string[] {
  if (alerts === undefined) return [];
  if (alerts.length === 0) return ["", "No alert fires."];
  const lines = alerts.map(({ alert, labels, severity, since }) => {
    const about = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const facts = [
      ...about,
      ...(severity === undefined ? [] : [severity]),
      ...(since === undefined ? [] : [`since ${since}`]),
    ];
    return `  ${plainText(alert)}${facts.length === 0 ? "" : `: ${plainText(facts.join(", "))}`}`;
  });
  return ["", paint(BOLD, "Alerts that fire:"), ...lines];
}

function unknownLines({ unknown, unreachable }: DoctorReport, paint: Paint): string[] {
  const lines = [...unreachable.map(({ source, why }) => `${source} did not answer: ${why}.`), ...unknown];
  if (lines.length === 0) return [];
  return ["", paint(BOLD, "Could not be known:"), ...lines.map((line) => `  ${plainText(line)}`)];
}

function amount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
