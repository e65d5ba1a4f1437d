import {
  alerts,
  contract,
  durationText,
  type InstantFacts,
  instantFacts,
  RuleQueries,
  risen,
  type Sample,
  type ThresholdSettings,
  thresholdsFor,
} from "@taskvitals/rules";
import type { PrometheusApi } from "./prometheus-api.ts";

/** Values by queue. */
export type ByQueue = ReadonlyMap<string, number>;

/** What Prometheus has of one window that alerts look back over. */
export interface WindowFacts {
  readonly seconds: number;
  /** For how long there are readings, at most the window. */
  readonly covered: ByQueue;
  readonly readyThen: ByQueue;
  readonly readyLowest: ByQueue;
  /** The least length in the last third of the readings: what has grown since then may be a burst that is about to drain. */
  readonly readyLasting: ByQueue;
  /** Tasks per second by which the length changed over the last third, up to the last reading. */
  readonly readySlope: ByQueue;
  /** The greatest length in that third. */
  readonly readyHighest: ByQueue;
  readonly ageThen: ByQueue;
  readonly failedThen: ByQueue;
  readonly succeeded: readonly Sample[];
  readonly failed: readonly Sample[];
  readonly retried: ByQueue;
}

/** What Prometheus has of the platform. */
export interface PrometheusFacts {
  readonly now: InstantFacts;
  /** Now, by the clock of Prometheus, in Unix seconds. */
  readonly atSeconds: number;
  readonly readAt: ByQueue;
  /** Slots that were there while workers are still missed. */
  readonly slotsSeen: ByQueue;
  /** Due delayed tasks, the fewest within the time that the alert waits. */
  readonly overdue: ByQueue;
  /** Readings that failed lately, by queue and reason. */
  readonly readErrors: readonly Sample[];
  /** Round trip of pings by broker, the median of what was seen. */
  readonly ping: ReadonlyMap<string, number>;
  readonly windows: readonly WindowFacts[];
}

/** Asks for one expression. */
type Query = (expr: string) => Promise<readonly Sample[]>;

/** Windows that are asked at once. */
const AT_ONCE = 2;

/**
 * Asks for everything that verdicts rest on, over the windows of the alerts; recorded rules need not be there.
 *
 * @throws PrometheusFailure
 */
export async function readPrometheus(
  api: PrometheusApi,
  selector: string,
  settings: ThresholdSettings,
): Promise<PrometheusFacts> {
  const q = new RuleQueries({ selector, by: [], labels: {} });
  const { rateWindowSeconds, seenSeconds, staleReadingSeconds, workersSeenSeconds } = thresholdsFor(settings);
  // All answers are of one moment: what changes while a busy server answers would look like progress, or hide it.
  const [moment] = await api.query("vector(time())");
  const atSeconds = moment?.value;
  const query: Query = (expr) => api.query(expr, atSeconds);
  const byQueue = async (expr: string): Promise<ByQueue> => valuesBy("queue", await query(expr));
  const seen = durationText(seenSeconds);
  const waits =
    settings.forSeconds?.TasksOverdue ?? alerts.find(({ name }) => name === "TasksOverdue")?.forSeconds ?? 300;
  const over = durationText(Math.max(1, waits));
  const [now, readAt, slotsSeen, overdue, readErrors, ping] = await Promise.all([
    query(nowExpression(q)),
    byQueue(`max by (queue) (last_over_time(${q.series(contract.queueReadTimestamp)}[${seen}]))`),
    byQueue(
      `max by (queue) (max_over_time(${q.series(contract.taskConcurrency)}[${durationText(workersSeenSeconds)}]))`,
    ),
    byQueue(`max by (queue) (min_over_time(${q.series(contract.queueTasks, 'state="overdue"')}[${over}]))`),
    query(
      `sum by (queue, reason) (increase(${q.series(contract.queueReadError)}[${durationText(staleReadingSeconds)}])) > 0`,
    ),
    query(
      `min by (broker) (quantile_over_time(0.5, ${q.series(contract.brokerPing)}[${durationText(rateWindowSeconds)}]))`,
    ),
  ]);
  const lagSeconds = readAt.size === 0 ? 0 : Math.max(0, (atSeconds ?? 0) - Math.max(...readAt.values()));
  const windows: WindowFacts[] = [];
  const all = windowsOf(settings);
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const next = all.slice(at, at + AT_ONCE).map((seconds) => readWindow(query, q, seconds, lagSeconds));
    windows.push(...(await Promise.all(next)));
  }
  return {
    now: instantFacts([now]),
    atSeconds: atSeconds ?? 0,
    ...{ readAt, slotsSeen, overdue, readErrors, windows },
    ping: valuesBy("broker", ping),
  };
}

/** Every series as it is now, with its own labels: they are put together as those of pages are. */
function nowExpression(q: RuleQueries): string {
  const { brokerMemory, brokerMemoryLimit, brokerPing, brokerUp, oldestActive, queueLength, queueOldestAge } = contract;
  const { queuePaused, queueTasks, taskActive, taskConcurrency, taskFailure, taskSuccess, workers } = contract;
  const gauges = [brokerMemory, brokerMemoryLimit, brokerPing, brokerUp, oldestActive, queueLength, queueOldestAge];
  const more = [queuePaused, queueTasks, taskActive, taskConcurrency, taskFailure, taskSuccess, workers];
  const parts = ["_sum", "_count"].map((part) => `${contract.taskDuration.name}${part}`);
  const names = [...[...gauges, ...more].map(({ name }) => name), ...parts];
  return q.select("", `__name__=~"${names.join("|")}"`);
}

/** The windows that alerts look back over, those of single queues included. */
function windowsOf(settings: ThresholdSettings): readonly number[] {
  const { failureWindowSeconds, growthWindowSeconds } = thresholdsFor(settings);
  const stuck = [undefined, ...Object.keys(settings.queues ?? {})].map(
    (queue) => thresholdsFor(settings, { queue }).stuckSeconds,
  );
  return [...new Set([failureWindowSeconds, growthWindowSeconds, ...stuck])];
}

async function readWindow(query: Query, q: RuleQueries, seconds: number, lagSeconds: number): Promise<WindowFacts> {
  const window = durationText(seconds);
  const { queueLength, queueOldestAge, queueReadTimestamp, queueTasks, taskFailure, taskRetry, taskSuccess } = contract;
  const byQueue = async (expr: string): Promise<ByQueue> => valuesBy("queue", await query(expr));
  const then = (series: string): string => `max by (queue) (${series} offset ${window})`;
  const length = q.series(queueLength);
  // Up to the last reading: what was not read since has not stood still.
  const third = durationText(Math.max(1, seconds / 3) + lagSeconds);
  const covered = await byQueue(`max by (queue) (time() - min_over_time(${q.series(queueReadTimestamp)}[${window}]))`);
  const bounded = new Map([...covered].map(([queue, value]) => [queue, Math.min(seconds, Math.max(0, value))]));
  // A third of what there is, where the history is shorter than the window.
  const lasting = durationText(Math.max(1, Math.max(0, ...bounded.values()) / 3));
  const values = await allOf({
    readyThen: byQueue(then(length)),
    readyLowest: byQueue(`max by (queue) (min_over_time(${length}[${window}]))`),
    readyLasting: byQueue(`max by (queue) (min_over_time(${length}[${lasting}]))`),
    readySlope: byQueue(`max by (queue) (deriv(${length}[${third}]))`),
    readyHighest: byQueue(`max by (queue) (max_over_time(${length}[${third}]))`),
    ageThen: byQueue(then(q.series(queueOldestAge))),
    failedThen: byQueue(then(q.series(queueTasks, 'state="failed"'))),
    succeeded: query(risen(q, taskSuccess, seconds, ["task", "queue"])),
    failed: query(risen(q, taskFailure, seconds, ["task", "queue"])),
    retried: byQueue(`sum by (queue) (${risen(q, taskRetry, seconds, ["task", "queue"])})`),
  });
  return { seconds, covered: bounded, ...values };
}

/** Waits for every value of an object at once. */
async function allOf<T extends object>(promised: { readonly [Key in keyof T]: Promise<T[Key]> }): Promise<T> {
  const entries = Object.entries<Promise<unknown>>(promised as Readonly<Record<string, Promise<unknown>>>);
  return Object.fromEntries(await Promise.all(entries.map(async ([key, value]) => [key, await value]))) as T;
}

function valuesBy(label: string, samples: readonly Sample[]): ReadonlyMap<string, number> {
  return new Map(
    samples.flatMap(({ labels, value }) => (labels[label] === undefined ? [] : [[labels[label], value] as const])),
  );
}
