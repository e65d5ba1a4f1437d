import { contract, UNKNOWN_VALUE } from "@taskvitals/core";
import type { Sample } from "./sample.ts";

/** What one moment showed of a queue. What nobody said is absent. */
export interface QueueFacts {
  /** Tasks ready and not yet taken. */
  ready?: number;
  /** Age of the oldest ready task, in seconds; 0 while none is. */
  oldestAgeSeconds?: number;
  /** Whether it is paused. */
  paused?: boolean;
  /** Workers that are alive by heartbeat. */
  workers?: number;
  /** Unix time of the last reading, in seconds. */
  readAtSeconds?: number;
  /** Tasks by state, as the broker has them. */
  readonly states: Map<string, number>;
  /** Tasks that run, as the processes say that run them. */
  active?: number;
  /** Task slots, as the processes say that have them. */
  slots?: number;
  /** Run time so far of the longest-running task, in seconds. */
  oldestActiveSeconds?: number;
  /** Run time of all attempts that ended, in seconds. */
  runSeconds?: number;
  /** Attempts that ended. */
  runs?: number;
  /** Readings that failed, by reason, since their readers began. */
  readonly readErrors: Map<string, number>;
  /** Whether tasks of it are counted. */
  isCounted?: boolean;
}

/** What one moment showed of a broker. */
export interface BrokerFacts {
  up?: number;
  pingSeconds?: number;
  memoryBytes?: number;
  memoryLimitBytes?: number;
  /** Tasks delivered and not acknowledged. */
  unacked?: number;
}

/** What one moment showed of everything. */
export interface InstantFacts {
  /** By the `queue` label. */
  readonly queues: ReadonlyMap<string, QueueFacts>;
  /** By the `broker` label. */
  readonly brokers: ReadonlyMap<string, BrokerFacts>;
}

type NumberOf<T> = { [Key in keyof T]-?: T[Key] extends number | undefined ? Key : never }[keyof T];

/** A way to put the values of several processes together. */
type Merge = (one: number, other: number) => number;

const max: Merge = Math.max;
const least: Merge = Math.min;
const sum: Merge = (one, other) => one + other;

/** Facts about a queue are the same whoever reports them; what processes hold is added up. */
const ofQueue: ReadonlyMap<string, readonly [NumberOf<QueueFacts>, Merge]> = new Map([
  [contract.queueLength.name, ["ready", max]],
  [contract.queueOldestAge.name, ["oldestAgeSeconds", max]],
  [contract.workers.name, ["workers", max]],
  [contract.queueReadTimestamp.name, ["readAtSeconds", max]],
  [contract.taskActive.name, ["active", sum]],
  [contract.taskConcurrency.name, ["slots", sum]],
  [contract.oldestActive.name, ["oldestActiveSeconds", max]],
  [`${contract.taskDuration.name}_sum`, ["runSeconds", sum]],
  [`${contract.taskDuration.name}_count`, ["runs", sum]],
]);

/** Where one process reaches a broker, it is not the broker that is away; what one process alone finds slow is that process. */
const ofBroker: ReadonlyMap<string, readonly [NumberOf<BrokerFacts>, Merge]> = new Map([
  [contract.brokerUp.name, ["up", max]],
  [contract.brokerPing.name, ["pingSeconds", least]],
  [contract.brokerMemory.name, ["memoryBytes", max]],
  [contract.brokerMemoryLimit.name, ["memoryLimitBytes", max]],
  [contract.brokerUnacked.name, ["unacked", max]],
]);

const others = [contract.queueTasks, contract.queuePaused, contract.queueReadError];
const counters = [contract.taskSuccess, contract.taskFailure];
const wanted: ReadonlySet<string> = new Set([
  ...ofQueue.keys(),
  ...ofBroker.keys(),
  ...[...others, ...counters, contract.taskRetry].map(({ name }) => name),
]);
const counted: ReadonlySet<string> = new Set(counters.map(({ name }) => name));

/** Whether a sample of this name says anything that a verdict may rest on. */
export function isEvidence(name: string): boolean {
  return wanted.has(name);
}

/** Puts what several processes show at one moment together, as the dashboards do. */
export function instantFacts(pages: readonly (readonly Sample[])[]): InstantFacts {
  const queues = new Map<string, QueueFacts>();
  const brokers = new Map<string, BrokerFacts>();
  for (const sample of pages.flat()) {
    const { broker, queue } = sample.labels;
    if (broker !== undefined)
      addToBroker(
        found(brokers, broker, () => ({})),
        sample,
      );
    // What has no queue of its own is nobody's.
    if (queue === undefined || queue === UNKNOWN_VALUE) continue;
    addToQueue(
      found(queues, queue, () => ({ states: new Map(), readErrors: new Map() })),
      sample,
    );
  }
  return { queues, brokers };
}

function addToQueue(facts: QueueFacts, { labels, name, value }: Sample): void {
  const field = ofQueue.get(name);
  if (field !== undefined) {
    const [key, merge] = field;
    const before = facts[key];
    facts[key] = before === undefined ? value : merge(before, value);
  } else if (name === contract.queueTasks.name) {
    const state = labels.state ?? "";
    facts.states.set(state, Math.max(value, facts.states.get(state) ?? 0));
  } else if (name === contract.queuePaused.name) facts.paused = value > 0 || facts.paused === true;
  else if (name === contract.queueReadError.name) {
    const reason = labels.reason ?? "error";
    facts.readErrors.set(reason, value + (facts.readErrors.get(reason) ?? 0));
  } else if (counted.has(name)) facts.isCounted = true;
}

function addToBroker(facts: BrokerFacts, { name, value }: Sample): void {
  const field = ofBroker.get(name);
  if (field === undefined) return;
  const [key, merge] = field;
  const before = facts[key];
  facts[key] = before === undefined ? value : merge(before, value);
}

function found<T>(map: Map<string, T>, key: string, create: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
