import type { BrokerVerdict, QueueVerdict } from "@taskvitals/rules";

/** What the doctor must say: the verdict, and the alert that it names; healthy queues have none. */
export type Expected<Verdict> = readonly [Verdict, string?];

/** What the doctor is given. */
export const SOURCES = ["redis", "redis and metrics", "redis and prometheus", "prometheus"] as const;

/** One of them. */
export type Source = (typeof SOURCES)[number];

/** A condition that is staged, on a queue or a broker of its own. */
export interface Condition<Verdict> {
  /** How it is with this queue or broker, in words. */
  readonly is: string;
  /** What the doctor must say of it. */
  readonly verdict: Expected<Verdict>;
  /** What it says where one of its sources knows more or less. */
  readonly but?: Partial<Record<Source, Expected<Verdict>>>;
  /** Alerts about it that Prometheus must fire, beside that of the verdict. */
  readonly alsoFires?: readonly string[];
  /** The alert that Prometheus fires instead of that of the verdict, which only Redis tells. */
  readonly firesInstead?: string;
  /** Alerts that may fire as well, because they are as true. All others must not, at any time. */
  readonly mayFire?: readonly string[];
}

/** By the name of the queue. All are on the first broker. */
export const queueConditions: Readonly<Record<string, Condition<QueueVerdict>>> = {
  healthy: { is: "steady traffic that its worker keeps up with", verdict: ["healthy"] },
  idle: { is: "a worker, and nothing to do", verdict: ["healthy"] },
  empty: { is: "nothing at all", verdict: ["healthy"] },
  burst: { is: "a burst of its producer, which drains by itself", verdict: ["healthy"] },
  killed: {
    is: "its worker was killed, and work waits",
    verdict: ["starving", "TaskWorkersGone"],
    alsoFires: ["TaskQueueStuck"],
  },
  frozen: {
    is: "its worker is frozen, and work waits",
    verdict: ["stuck", "TaskQueueStuck"],
    // A worker that does not answer is one that is gone, for who only asks it for its page.
    but: { prometheus: ["starving", "TaskWorkersGone"] },
    alsoFires: ["TaskWorkersGone"],
  },
  unmanned: {
    is: "work waits and no worker was ever there",
    verdict: ["starving", "TaskWorkersGone"],
    // Nobody but Redis knows whether there are workers that show no page.
    but: { prometheus: ["stuck", "TaskQueueStuck"] },
    firesInstead: "TaskQueueStuck",
  },
  hung: {
    is: "a task does not end, and others wait for its slot",
    verdict: ["stuck", "TaskQueueStuck"],
  },
  paused: { is: "paused, and work waits", verdict: ["stuck", "TaskQueuePaused"] },
  overdue: {
    is: "delayed tasks are due, and no worker promotes them",
    verdict: ["stuck", "TasksOverdue"],
    alsoFires: ["TaskQueueStuck"],
  },
  small: {
    is: "too few workers: more arrives than they work off",
    verdict: ["backlog", "TaskSlotsExhausted"],
    // Redis does not know how many slots the workers have.
    but: { redis: ["backlog", "TaskQueueGrowing"] },
    alsoFires: ["TaskQueueGrowing"],
  },
  late: {
    is: "a backlog that drains, for longer than its tasks may wait",
    verdict: ["backlog", "TaskQueueOldestTaskTooOld"],
  },
  poisoned: {
    is: "one kind of task always fails, others do not",
    verdict: ["failing", "TaskFailureRatioHigh"],
    mayFire: ["TaskFailureBudgetBurnsFast", "TaskFailureBudgetBurnsSlow"],
  },
};

/** By the name of the broker. Each but the first has one queue, which nobody uses. */
export const brokerConditions: Readonly<Record<string, Condition<BrokerVerdict>>> = {
  jobs: { is: "well", verdict: ["healthy"] },
  full: { is: "at the limit of its memory", verdict: ["full", "TaskBrokerMemoryNearLimit"] },
  slow: { is: "behind a slow network", verdict: ["slow", "TaskBrokerSlow"] },
  away: { is: "killed", verdict: ["away", "TaskBrokerDown"] },
  frozen: { is: "frozen", verdict: ["away", "TaskBrokerDown"] },
};

/** The queue of each other broker, and what must be said of it. */
export const queuesOfBrokers: Readonly<Record<string, Condition<QueueVerdict> & { readonly broker: string }>> = {
  orders: { broker: "full", is: "on a broker that is full", verdict: ["healthy"] },
  mails: { broker: "slow", is: "on a broker that is slow", verdict: ["healthy"] },
  reports: { broker: "away", is: "on a broker that was killed", verdict: ["blind", "TaskQueueReadingStale"] },
  exports: { broker: "frozen", is: "on a broker that is frozen", verdict: ["blind", "TaskQueueReadingStale"] },
};

/** Every queue. */
export const allQueues: Readonly<Record<string, Condition<QueueVerdict>>> = { ...queueConditions, ...queuesOfBrokers };

/** What the doctor must say when it is given these sources. */
export function expectedOf<Verdict>(conditions: Readonly<Record<string, Condition<Verdict>>>, source: Source): object {
  return Object.fromEntries(
    Object.entries(conditions).map(([name, { but, verdict }]) => {
      const [what, alert] = but?.[source] ?? verdict;
      return [name, { verdict: what, alert }];
    }),
  );
}

/** The alerts that Prometheus must fire. */
export function mustFire({ alsoFires = [], firesInstead, verdict }: Condition<unknown>): readonly string[] {
  const [, alert] = verdict;
  return [...(alert === undefined ? [] : [firesInstead ?? alert]), ...alsoFires].toSorted();
}
