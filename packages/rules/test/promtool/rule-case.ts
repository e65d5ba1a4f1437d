import type { RuleOptions } from "../../src/index.ts";

/** An alert that fires in a case. */
export interface Firing {
  readonly alert: string;
  /** Its labels but for the severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** The value as its texts have it: `10%`. */
  readonly says?: string;
  /** The description, where it is not simply the template with these labels and this value. */
  readonly description?: string;
}

/** What a platform shows, and what Prometheus makes of it. A sample is taken, and the rules are evaluated, once a minute. */
export interface RuleCase {
  readonly title: string;
  /** Samples by series, in promtool's notation. */
  readonly series: Readonly<Record<string, string>>;
  /** Minutes after which to look. Default 30. */
  readonly at?: number;
  /** Every alert that fires then. */
  readonly fires?: readonly Firing[];
  /** Alerts of which this is a silent case: something that looks much like them. */
  readonly silent?: readonly string[];
  /** Values by expression, each of one series at most: `undefined` for none, a number for one without labels. */
  readonly values?: Readonly<Record<string, number | undefined>>;
  /** Whether the one process that is always there is not. */
  readonly bare?: boolean;
}

/** Cases for the same rules. */
export interface RuleSuite {
  readonly name: string;
  readonly options?: RuleOptions;
  readonly cases: readonly RuleCase[];
}

/** The labels of a scrape target. */
export function target(instance: string, job = "worker"): string {
  return `job="${job}", instance="${instance}"`;
}

/** What every process with taskvitals shows, and Prometheus with it. */
export function process(instance: string, values: string = "0+0x500", up = "1+0x500"): Record<string, string> {
  return {
    [`up{${target(instance)}}`]: up,
    [`taskvitals_series{${target(instance)}, instrument="task_success_total"}`]: values,
    [`taskvitals_series_overflow_total{${target(instance)}, instrument="task_queue_length"}`]: values,
  };
}

/** Outcomes of the task `train` on the queue `gpu`, as the process at `instance` counts them. */
export function outcomes(success: string, failure: string, instance = "a"): Record<string, string> {
  return {
    [`task_success_total{task="train", queue="gpu", ${target(instance)}}`]: success,
    [`task_failure_total{task="train", queue="gpu", ${target(instance)}}`]: failure,
  };
}

/** A series of the queue `gpu`, as the process at `instance` shows it. */
export function ofQueue(name: string, values: string, instance = "a", more = ""): Record<string, string> {
  return { [`${name}{queue="gpu", ${target(instance)}${more === "" ? "" : `, ${more}`}}`]: values };
}

/**
 * Samples of what grows from 0 to 300 in half an hour, and by 150 in the second half. It stands still where that half begins: Prometheus 2 has the sample at
 * the very beginning of a window in it, Prometheus 3 does not.
 */
export const GROWING = "0+10x15 150 170+10x43";

/** Tasks that wait in the queue `gpu`, in both forms in which a reading has them. */
export function waiting(values: string, instance = "a"): Record<string, string> {
  return {
    ...ofQueue("task_queue_length", values, instance),
    ...ofQueue("task_queue_tasks", values, instance, 'state="ready"'),
  };
}

/** One case of many about the queue `gpu`: each has a queue of its own, which is named after it. It takes promtool as long as one of them. */
export function besideEachOther(title: string, cases: readonly RuleCase[]): RuleCase {
  const named = (text: string, queue: string): string => text.replace('queue="gpu"', `queue=${JSON.stringify(queue)}`);
  const renamed = cases.map((one) => ({
    series: Object.entries(one.series).map(([name, samples]) => [named(name, one.title), samples] as const),
    fires: (one.fires ?? []).map((firing) => ({ ...firing, labels: { ...firing.labels, queue: one.title } })),
    values: Object.entries(one.values ?? {}).map(
      ([name, value]) => [`${name}{queue=${JSON.stringify(one.title)}}`, value] as const,
    ),
  }));
  return {
    title,
    series: Object.fromEntries(renamed.flatMap(({ series }) => series)),
    fires: renamed.flatMap(({ fires }) => fires),
    silent: cases.flatMap(({ silent = [] }) => silent),
    values: Object.fromEntries(renamed.flatMap(({ values }) => values)),
  };
}
