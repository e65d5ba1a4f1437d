import type { CeleryFinding, CheckReport, Finding, QueueFinding, SeriesForecast } from "./check-report.ts";

/** The report for a person at a terminal. */
export function reportText(report: CheckReport): string {
  const lines: string[] = [];
  for (const { address, broker, pingSeconds, problems, up } of report.brokers) {
    const ping = pingSeconds === undefined ? "" : `, ping ${(pingSeconds * 1000).toFixed(1)} ms`;
    lines.push(`Broker ${broker} (${address}): ${up ? `answers${ping}` : "does not answer"}`, ...findings(problems));
    const queues = report.queues.filter((queue) => queue.broker === broker);
    // What is the broker's own problem is said once.
    for (const queue of queues) if (up || queue.problems.length === 0) lines.push(...queueLines(queue));
  }
  for (const { counter, queue, task, value } of report.counters) {
    const labels = task === undefined ? `queue ${queue}` : `task ${task}, queue ${queue}`;
    lines.push(`Counter ${counter} of ${labels}: ${value}`);
  }
  for (const finding of report.celeryEvents) {
    lines.push(`Celery's events on ${finding.broker}: ${celeryText(finding)}`, ...findings(finding.problems));
  }
  for (const { broker, problems, streams } of report.bullmqEvents) {
    const held = streams.flatMap(({ entries, queue }) => (entries === undefined ? [] : [`${queue} (${entries} kept)`]));
    lines.push(`BullMQ's events on ${broker}: ${held.join(", ") || "none"}`, ...findings(problems));
  }
  if (report.totalsFile !== undefined) {
    const { file, goesOn, problems } = report.totalsFile;
    const state = goesOn ? "totals of an earlier start" : "nothing yet";
    lines.push(`Totals in ${file}: ${problems.length > 0 ? "cannot be kept" : state}`, ...findings(problems));
  }
  lines.push(...seriesLines(report.series, report));
  lines.push(report.result === "ok" ? "No problem was found." : "There are problems; each is followed by what to do.");
  return `${lines.join("\n")}\n`;
}

/** What was heard of Celery's workers. Heartbeats alone are no sign of `-E`: every worker sends them. */
function celeryText({ announcingWorkers, listenedSeconds, seen, silentWorkers, workers }: CeleryFinding): string {
  if (!seen && workers.length === 0) return "none";
  const heard = `heartbeats of ${workers.length} ${workers.length === 1 ? "worker" : "workers"}`;
  if (announcingWorkers.length === workers.length && workers.length > 0) return `${heard}, task events of each`;
  const events = announcingWorkers.length === 0 ? "no task event" : `task events of ${announcingWorkers.length}`;
  const facts = `${heard}, ${events} in ${listenedSeconds} s`;
  // Of those that are known to be silent a problem says more.
  if (announcingWorkers.length + silentWorkers.length >= workers.length) return facts;
  const which = announcingWorkers.length === 0 ? "the workers" : "the others";
  return `${facts}; if tasks ran, ${which} lack -E and theirs are not counted. Run a task meanwhile to know`;
}

function queueLines({ length, oldestAgeSeconds, paused, problems, queue, states, workers }: QueueFinding): string[] {
  const facts = [
    length === undefined ? "length unknown" : `${length} waiting`,
    ...Object.entries(states).map(([state, count]) => `${count} ${state}`),
    ...(oldestAgeSeconds === undefined || length === 0 ? [] : [`oldest ${Math.round(oldestAgeSeconds)} s`]),
    ...(workers === undefined ? [] : [`${workers} ${workers === 1 ? "worker" : "workers"}`]),
    ...(paused === true ? ["paused"] : []),
  ];
  const read = length !== undefined || problems.length === 0;
  return [`  Queue ${queue}: ${read ? facts.join(", ") : "cannot be read"}`, ...findings(problems)];
}

function findings(problems: readonly Finding[]): string[] {
  return problems.flatMap(({ detail, reason, remedy }) => [`  ! ${reason}: ${detail}`, `    ${remedy}`]);
}

/** What the metrics of tasks, queues and brokers begin with. */
const OF_TASKS = "task_";

function seriesLines(
  { maxTasks, metrics, most, now, perDiscoveredQueue, perTask }: SeriesForecast,
  { bullmqEvents, celeryEvents }: CheckReport,
): string[] {
  const lines = [`Series of a scrape: ${now} now, of ${Object.keys(metrics).length} metrics; at most ${most}.`];
  let rest = now;
  for (const [metric, count] of Object.entries(metrics)) {
    if (!metric.startsWith(OF_TASKS)) continue;
    lines.push(`  ${String(count).padStart(6)} ${metric}`);
    rest -= count;
  }
  lines.push(`  ${String(rest).padStart(6)} about the exporter itself and its host`);
  // Without events nothing here comes to know of tasks.
  if (celeryEvents.length + bullmqEvents.length > 0)
    lines.push(`Each further task on a queue adds ${perTask}, up to ${maxTasks} pairs of task and queue (maxSeries).`);
  if (perDiscoveredQueue > 0)
    lines.push(`Each further queue that is found adds about ${perDiscoveredQueue} (maxQueues).`);
  return lines;
}
