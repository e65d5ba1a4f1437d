import { contract, type InstrumentDefinition } from "@taskvitals/core";
import { ALERT_NAMES } from "../runbook-link.ts";
import { FILTER_LABELS, selector } from "../selector.ts";
import { BY_BROKER, BY_QUEUE, BY_TASK, fact, perMinute, rate } from "./grouped.ts";
import { risenInRange } from "./risen-in-range.ts";
import { watchedTargets } from "./watched-targets.ts";

const { brokerUp, queueReadError, queueReadTimestamp, taskFailure, taskSuccess } = contract;

/** Share of the tasks that ended within the chosen time that did so in success, over everything that is selected. */
export function successRatioInRange(): string {
  const success = `sum(${risenInRange(taskSuccess, BY_TASK)})`;
  return `${success} / ((${success} + ${failedInRange()}) > 0)`;
}

/** Tasks that failed for good within the chosen time, over everything that is selected. */
export function failedInRange(): string {
  return `sum(${risenInRange(taskFailure, BY_TASK)})`;
}

/**
 * Alerts of ours that fire. An alert about a broker or a process has neither queue nor task: the empty alternative keeps it, whatever is chosen.
 */
export function firingAlerts(): string {
  const chosen = FILTER_LABELS.map((label) => `${label}=~"|$${label}"`).join(", ");
  return `ALERTS{alertname=~"${ALERT_NAMES.join("|")}", alertstate="firing", ${chosen}}`;
}

/** One row per alert that fires, with all that it is about in one label. */
export function firingRows(): string {
  const subject = ["task", "queue", "broker", "job", "instance", "instrument", "operation"];
  const labels = subject.map((label) => `"${label}"`).join(", ");
  const described = `label_join(label_join(${firingAlerts()}, "about", " ", ${labels}), "runbook", "", "alertname")`;
  return `max by (alertname, severity, about, runbook) (${described})`;
}

/** 1 while every broker answers somebody, 0 while one answers nobody. */
export function worstBroker(): string {
  return `min(${fact(brokerUp, BY_BROKER)})`;
}

/**
 * Age of the last successful reading, one per queue that is read or whose reading fails. A queue that was removed has neither, so that it does not seem to
 * be read ever later.
 */
export function readingAge(): string {
  const last = `max by (queue) (last_over_time(${selector(queueReadTimestamp)}[$__range]))`;
  return `time() - ${last} and on (queue) (${fact(queueReadTimestamp, BY_QUEUE)} or ${rate(queueReadError, BY_QUEUE)} > 0)`;
}

/** The oldest of those ages. */
export function oldestReading(): string {
  return `max(${readingAge()})`;
}

/** Processes that served metrics of ours within the chosen time and cannot be scraped now. */
export function targetsDown(): string {
  const ours = `group by (job, instance) (last_over_time(${watchedTargets()}[$__range]))`;
  return `sum((1 - up{job=~"$job"}) and on (job, instance) ${ours})`;
}

/** Tasks that end per minute, over everything that is selected. */
export function endedPerMinute(counter: InstrumentDefinition): string {
  return perMinute(counter, []);
}
