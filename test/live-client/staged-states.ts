import type { BrokerRow, LiveHistory, LiveState, QueueRow, TaskRow } from "@taskvitals/live";

/** A name that would be markup, would leave a string, and would turn the text around it. */
export const HOSTILE =
  '<img src=x onerror="window.injected=1">\'"</script><script>window.injected=2</script>\u202e\u0007{{x}}\\';

/** A queue with which nothing is wrong. */
export function healthyQueue(queue: string, at: number, change: Partial<QueueRow> = {}): QueueRow {
  return {
    queue,
    verdict: "healthy",
    because: "12 tasks wait, the oldest for 4 s, 6 of 8 slots running",
    readAt: Math.floor(at),
    ready: 12,
    oldestAgeSeconds: 4.2,
    active: 6,
    slots: 8,
    workers: 2,
    perSecond: 3.25,
    failureRatio: 0.0125,
    ended: 1960,
    retried: 3,
    waitP95: 4.75,
    runP95: 0.48,
    ...change,
  };
}

/** A platform with something of everything. */
export function busyPlatform(at: number, change: Partial<LiveState> = {}): LiveState {
  const queues: QueueRow[] = [
    {
      queue: "invoices",
      verdict: "blind",
      cause: "unreadable",
      because: "it cannot be read: the server cannot be reached (refused)",
      next: "Make it readable first: `taskvitals-exporter check` with the same options says what is wrong and what to do.",
      alert: "TaskQueueReadingStale",
      reason: "refused",
      readAt: Math.floor(at) - 72,
      ended: 0,
      retried: 0,
      perSecond: 0,
    },
    healthyQueue("mails", at, {
      verdict: "starving",
      cause: "no_workers",
      because: "340 tasks wait and no worker is there",
      next: "Start workers for this queue; if some run, see that they listen to this queue on this server, database and prefix.",
      alert: "TaskWorkersGone",
      ready: 340,
      oldestAgeSeconds: 512,
      active: 0,
      slots: 0,
      workers: 0,
      perSecond: 0,
      ended: 0,
      failureRatio: undefined,
      waitP95: undefined,
      runP95: undefined,
    }),
    healthyQueue("reports", at, {
      verdict: "failing",
      cause: "failing",
      because: "34 % of the 410 tasks of render that ended failed",
      next: "Look at the classes of errors and at one failed task; stop what produces them if one kind of task is poisoned.",
      alert: "TaskFailureRatioHigh",
      failureRatio: 0.34,
      ended: 410,
    }),
    {
      queue: "legacy",
      verdict: "unread",
      because: "its tasks are counted here, its length is not read",
      perSecond: 0.02,
      ended: 4,
      failureRatio: 0,
      runP95: 61,
    },
    healthyQueue("images", at),
    healthyQueue("finetune", at, { ready: 0, oldestAgeSeconds: 0, active: 2, slots: 2, runP95: 7400, waitP95: 610 }),
  ];
  const tasks: TaskRow[] = [
    {
      queue: "images",
      task: "resize",
      perSecond: 3.2,
      failureRatio: 0.0125,
      ended: 1960,
      retried: 3,
      waitP95: 4.75,
      runP95: 0.48,
    },
    {
      queue: "reports",
      task: "render",
      perSecond: 1.1,
      failureRatio: 0.34,
      ended: 410,
      retried: 20,
      waitP95: 2,
      runP95: 5,
    },
    { queue: "mails", task: "send", perSecond: 0, ended: 0, retried: 0 },
  ];
  const brokers: BrokerRow[] = [
    {
      broker: "jobs",
      verdict: "away",
      because: "it does not answer: the connection was refused",
      next: "See that the server runs and can be reached from here; until then nothing is known of its queues.",
      alert: "TaskBrokerDown",
    },
    {
      broker: "cache",
      verdict: "healthy",
      because: "it answers a ping in 0.8 ms",
      pingSeconds: 0.0008,
      memoryBytes: 310 * 1024 ** 2,
      memoryLimitBytes: 1024 ** 3,
      unacked: 7,
    },
  ];
  return {
    at,
    // So long that a slow test is not taken for a silent process.
    tickSeconds: 120,
    since: at - 900,
    about: { service: "finetune-platform", pid: 4711, tasksOf: "platform", metricsPath: "/metrics" },
    answers: {
      health: "attention",
      queuesBy: { blind: 1, starving: 1, failing: 1, unread: 1, healthy: 2 },
      brokersBy: { away: 1, healthy: 1 },
      stuck: ["invoices", "mails", "reports"],
      scale: { answer: "out", queues: ["mails"], active: 14, slots: 18 },
    },
    doubts: [
      { doubt: "events_missed", of: "jobs", count: 12 },
      { doubt: "series_refused", of: "task_success_total", count: 3 },
    ],
    brokers,
    queues,
    tasks,
    process: { cpuPercent: 37.5, memoryGigabytes: 0.14, loopBusy: 0.06 },
    ...change,
  };
}

/** A platform with many queues, of which one is starving. */
export function widePlatform(at: number, count: number): LiveState {
  const { answers, queues } = busyPlatform(at);
  const many = Array.from({ length: count - 1 }, (_, place) =>
    healthyQueue(`tenant-${String(place).padStart(4, "0")}`, at, { ready: place }),
  );
  return busyPlatform(at, {
    queues: [...queues.filter(({ queue }) => queue === "mails"), ...many],
    tasks: [],
    answers: { ...answers, stuck: ["mails"], queuesBy: { starving: 1, healthy: count - 1 } },
  });
}

/** A process that has just begun, with nothing to read and nothing to count. */
export function emptyPlatform(at: number): LiveState {
  return busyPlatform(at, {
    since: at - 40,
    brokers: [],
    queues: [],
    tasks: [],
    answers: { health: "unknown", queuesBy: {}, brokersBy: {}, stuck: [], scale: { answer: "unknown", queues: [] } },
  });
}

/** A quarter of an hour of curves, of which the middle was not read and in which one reading knew nothing. */
export function gappyHistory(at: number): LiveHistory {
  const times = Array.from({ length: 180 }, (_, place) => at - 5 * (179 - place)).filter(
    (time) => time < at - 500 || time > at - 380,
  );
  const wave = (height: number, length: number): (number | null)[] =>
    times.map((_, place) => (place % 61 === 60 ? null : height * (1.2 + Math.sin(place / length))));
  return {
    at: times,
    curves: {
      ready: wave(12, 9),
      oldestAgeSeconds: wave(40, 7),
      active: wave(3, 5),
      slots: times.map(() => 8),
      perSecond: wave(4, 6),
      failedPerSecond: wave(0.2, 4),
      waitP95: wave(3, 8),
      runP95: wave(0.4, 11),
      cpuPercent: wave(30, 8),
      memoryGigabytes: wave(0.08, 40),
      loopBusy: wave(0.04, 6),
    },
  };
}
