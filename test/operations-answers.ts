/** Queries of the operations dashboard that have nothing to say while nothing is wrong, and why that is right. */
export const SILENT_WHEN_HEALTHY: Readonly<Record<string, string>> = {
  "Alerts firing/A": "no alert fires",
  "What is firing/A": "no alert fires",
  "Queues/E": "no worker ever lost a task",
  "Queues/F": "this framework has no heartbeats of workers",
  "Retried and lost/A": "the jobs have one attempt",
  "Retried and lost/B": "no worker ever lost a task",
  "Memory/B": "the broker has no limit",
  "Unacknowledged/A": "this framework keeps no such number per database",
  "Missed events/A": "nobody reads events",
  "Last event/A": "nobody reads events",
  "Own errors/A": "taskvitals never failed",
  "Pushed points lost/A": "nothing is pushed",
};

/** Queries that may have something to say or not, and on what that depends. */
export const EITHER_WHEN_HEALTHY: Readonly<Record<string, string>> = {
  "Waiting longest/A": "whether a job waits at that moment",
  "Time to drain/A": "whether the queue shrinks at that moment",
  "Failed readings/A": "whether the machine was ever too busy to read the queue in time",
};

/** Facts that only the broker can tell: unknown while it is away, and never 0. */
export const FACTS_OF_THE_BROKER: readonly string[] = [
  ...["Queues/A", "Queues/B", "Queues/D", "Queues/G", "Waiting longest/A", "Time to drain/A"],
  ...["Queue length/A", "Oldest waiting task/A", "Ping/A", "Memory/A"],
];

/** What only a worker can tell: unknown while none answers, and never 0. */
export const FACTS_OF_THE_WORKERS: readonly string[] = ["Longest-running task/A", "Slots in use/A"];
