import type { CheckReport, Finding, QueueFinding, SeriesForecast } from "./check-report.ts";

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
  for (const { broker, problems, seen } of report.celeryEvents) {
    lines.push(`Celery's events on ${broker}: ${seen ? "there are some" : "none"}`, ...findings(problems));
  }
  for (const { broker, problems, streams } of report.bullmqEvents) {
    const held = streams.flatMap(({ entries, queue }) => (entries === undefined ? [] : [`${queue} (${entries} kept)`]));
    lines.push(`BullMQ's events on ${broker}: ${held.join(", ") || "none"}`, ...findings(problems));
  }
  lines.push(...seriesLines(report.series));
  lines.push(report.result === "ok" ? "No problem was found." : "There are problems; each is followed by what to do.");
  return `${lines.join("\n")}\n`;
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

function seriesLines({ maxTasks, metrics, most, now, perDiscoveredQueue, perTask }: SeriesForecast): string[] {
  const lines = [`Series of a scrape: ${now} now, of ${Object.keys(metrics).length} metrics; at most ${most}.`];
  let rest = now;
  for (const [metric, count] of Object.entries(metrics)) {
    if (!metric.startsWith(OF_TASKS)) continue;
    lines.push(`  ${String(count).padStart(6)} ${metric}`);
    rest -= count;
  }
  lines.push(`  ${String(rest).padStart(6)} about the exporter itself and its host`);
  lines.push(`Each further task on a queue adds ${perTask}, up to ${maxTasks} pairs of task and queue (maxSeries).`);
  if (perDiscoveredQueue > 0)
    lines.push(`Each further queue that is found adds about ${perDiscoveredQueue} (maxQueues).`);
  return lines;
}
