import { contract, type InstrumentDefinition } from "@taskvitals/core";
import { selector } from "./selector.ts";

const { cpuPercent, memoryGigabytes, queueLength, taskDuration, taskFailure, taskSuccess } = contract;

/** Total of a counter over every process of the fleet, one per (task, queue). */
export function totalByTask(counter: InstrumentDefinition): string {
  return byTask(selector(counter));
}

/** Total of a counter over everything that is selected. */
export function total(counter: InstrumentDefinition): string {
  return `sum(${selector(counter)})`;
}

/** How many tasks ended since the processes started, in success or in failure, one per (task, queue). */
export function finishedByTask(): string {
  return `${totalByTask(taskSuccess)} + ${totalByTask(taskFailure)}`;
}

/** Share of tasks that ended in success since the processes started, one per (task, queue). */
export function successRatioByTask(): string {
  return ratio(totalByTask(taskSuccess), totalByTask(taskFailure));
}

/** Share of tasks that ended in success since the processes started, over everything that is selected. */
export function successRatio(): string {
  return ratio(total(taskSuccess), total(taskFailure));
}

/** Share of tasks that ended in success of those that ended lately, one per (task, queue). */
export function recentSuccessRatioByTask(): string {
  return ratio(rateByTask(selector(taskSuccess)), rateByTask(selector(taskFailure)));
}

/** How many tasks ended per minute, one per (task, queue). */
export function perMinuteByTask(counter: InstrumentDefinition): string {
  return `60 * ${rateByTask(selector(counter))}`;
}

/** Average run time of the tasks that ended lately, one per (task, queue). */
export function averageDurationByTask(): string {
  return `${rateByTask(selector(taskDuration, "_sum"))} / (${rateByTask(selector(taskDuration, "_count"))} > 0)`;
}

/** Length of each queue. Every process that reads a queue reports the same fact, so they are not added up. */
export function lengthByQueue(): string {
  return `max by (queue) (${selector(queueLength)})`;
}

/** CPU in use, one per scrape target. */
export function cpuByTarget(): string {
  return `max without(pid) (${selector(cpuPercent)})`;
}

/** Resident memory, one per scrape target. */
export function memoryByTarget(): string {
  return `max without(pid) (${selector(memoryGigabytes)})`;
}

/**
 * Where nothing ended there is no ratio: `> 0` leaves such a pair out, instead of NaN from 0 / 0. Nothing stands in for a
 * missing side either, so an absent counter gives no ratio at all rather than 0 or 1.
 */
function ratio(success: string, failure: string): string {
  return `${success} / ((${success} + ${failure}) > 0)`;
}

function rateByTask(series: string): string {
  return byTask(`rate(${series}[$__rate_interval])`);
}

function byTask(series: string): string {
  return `sum by (task, queue) (${series})`;
}
