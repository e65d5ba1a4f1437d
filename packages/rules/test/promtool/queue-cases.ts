import { besideEachOther, GROWING, ofQueue, outcomes, process, type RuleSuite, target, waiting } from "./rule-case.ts";

const labels = { queue: "gpu" };
const counted = outcomes("100+0x99", "5+0x99");
const duration = (sum: string, count: string, instance = "a"): Record<string, string> => ({
  [`task_duration_seconds_sum{task="train", queue="gpu", ${target(instance)}}`]: sum,
  [`task_duration_seconds_count{task="train", queue="gpu", ${target(instance)}}`]: count,
});
const old = { alert: "TaskQueueOldestTaskTooOld", labels };

/** Queues that grow, wait, or are paused. */
export const queueSuite: RuleSuite = {
  name: "queues",
  cases: [
    besideEachOther("queues that grow and wait", [
      {
        title: "a queue that grows all the time",
        series: ofQueue("task_queue_length", GROWING),
        fires: [{ alert: "TaskQueueGrowing", labels, says: "150" }],
        values: { "queue:task_queue_length:max": 300, "queue:task_drain_seconds:estimate": undefined },
      },
      {
        title: "a queue that grew by exactly the limit",
        series: ofQueue("task_queue_length", "50+0x17 150+0x40"),
        silent: ["TaskQueueGrowing"],
      },
      {
        title: "a burst that drains by itself",
        series: { ...ofQueue("task_queue_length", "0+0x9 5000-60x80"), ...outcomes("0+0x9 0+60x80", "0+0x89") },
        silent: ["TaskQueueGrowing", "TaskQueueStuck"],
        values: {
          "queue:task_drain_seconds:estimate": 3800,
          "queue:task_finished:rate": 1,
          "queue:task_arrival:rate": 0,
        },
      },
      {
        title: "an oldest task above the limit",
        series: ofQueue("task_queue_oldest_age_seconds", "601+0x60"),
        fires: [{ ...old, says: "10m 1s" }],
      },
      {
        title: "an oldest task at the limit",
        series: ofQueue("task_queue_oldest_age_seconds", "600+0x60"),
        silent: ["TaskQueueOldestTaskTooOld"],
      },
      {
        title: "due tasks that nobody promotes",
        series: ofQueue("task_queue_tasks", "_x20 2+0x20", "a", 'state="overdue"'),
        fires: [{ alert: "TasksOverdue", labels, says: "2" }],
        values: { "queue:task_open:sum": 2 },
      },
      {
        title: "due tasks that are promoted after a while",
        series: ofQueue("task_queue_tasks", "0+0x25 3+0x2 0+0x20", "a", 'state="overdue"'),
        silent: ["TasksOverdue"],
      },
      {
        title: "due tasks whose only worker is busy",
        series: {
          ...ofQueue("task_queue_tasks", "2+0x40", "a", 'state="overdue"'),
          ...ofQueue("task_active", "1+0x40"),
          ...ofQueue("task_concurrency", "1+0x40"),
        },
        silent: ["TasksOverdue"],
      },
    ]),
    {
      title: "queues that were paused an hour ago, of which one is empty",
      series: {
        ...waiting("2+0x99"),
        ...ofQueue("task_queue_paused", "1+0x99"),
        ...counted,
        [`task_queue_length{queue="empty", ${target("a")}}`]: "0+0x99",
        [`task_queue_paused{queue="empty", ${target("a")}}`]: "1+0x99",
      },
      at: 62,
      fires: [{ alert: "TaskQueuePaused", labels, says: "2" }],
      silent: ["TaskQueuePaused", "TaskQueueStuck"],
    },
  ],
};

/** Queues in which nothing ends. */
export const stuckSuite: RuleSuite = {
  name: "stuck queues",
  cases: [
    besideEachOther("queues in which nothing ends", [
      {
        title: "work that waits, and nothing that ends",
        series: { ...waiting("3+0x60"), ...counted },
        fires: [{ alert: "TaskQueueStuck", labels, says: "3" }],
      },
      {
        title: "a worker that hangs and nothing that waits, in processes that have counted nothing yet",
        series: { ...waiting("0+0x60"), ...outcomes("0+0x60", "0+0x60"), ...ofQueue("task_active", "1+0x60") },
        fires: [{ alert: "TaskQueueStuck", labels, says: "1" }],
      },
      {
        title: "work that is retried",
        series: {
          ...waiting("3+0x60"),
          ...counted,
          [`task_retry_total{task="train", queue="gpu", ${target("a")}}`]: "_x20 1+0x40",
        },
        silent: ["TaskQueueStuck"],
      },
      {
        title: "work, and nothing to do a quarter of an hour ago",
        series: { ...waiting("0+0x15 3+0x40"), ...counted },
        silent: ["TaskQueueStuck"],
      },
      {
        title: "a training run that takes as long as they take",
        series: {
          ...waiting("3+0x60"),
          ...counted,
          ...duration("36000+0x60", "5+0x60"),
          ...ofQueue("task_active", "1+0x60"),
          ...ofQueue("task_oldest_active_seconds", "1200+60x60"),
        },
        silent: ["TaskQueueStuck"],
        values: {
          "queue:task_duration_seconds:avg_slowest": 7200,
          "queue:task_running:max": 1,
          "queue:task_open:sum": 4,
        },
      },
      {
        title: "a training run among many short tasks",
        series: {
          ...waiting("3+0x60"),
          ...counted,
          ...duration("36000+0x60", "5+0x60"),
          [`task_duration_seconds_sum{task="tidy", queue="gpu", ${target("a")}}`]: "1+0x60",
          [`task_duration_seconds_count{task="tidy", queue="gpu", ${target("a")}}`]: "1000+0x60",
        },
        silent: ["TaskQueueStuck"],
      },
      {
        title: "a training run in a worker that was replaced since the last one ended",
        series: {
          ...waiting("0+0x60"),
          ...outcomes("5+0x5 stale", "0+0x5 stale"),
          ...duration("36000+0x5 stale", "5+0x5 stale"),
          ...process("b", "_x6 0+0x60", "_x6 1+0x60"),
          ...outcomes("_x6 0+0x60", "_x6 0+0x60", "b"),
          ...duration("_x6 0+0x60", "_x6 0+0x60", "b"),
          ...ofQueue("task_active", "_x6 1+0x60", "b"),
        },
        silent: ["TaskQueueStuck"],
      },
      {
        title: "a training run that hangs",
        series: {
          ...waiting("0+0x60"),
          ...counted,
          ...duration("36000+0x60", "5+0x60"),
          ...ofQueue("task_active", "1+0x60"),
          ...ofQueue("task_oldest_active_seconds", "21000+60x60"),
        },
        fires: [{ alert: "TaskQueueStuck", labels, says: "1" }],
      },
      {
        title: "work that nobody counts, and an oldest task that ages with the clock",
        series: { ...waiting("3+0x60"), ...ofQueue("task_queue_oldest_age_seconds", "0+60x60") },
        fires: [
          { alert: "TaskQueueStuck", labels, says: "3" },
          { ...old, says: "30m 0s" },
        ],
      },
      {
        title: "work that nobody counts, an oldest task that others overtake",
        series: {
          ...waiting("3+0x20 5 3 4 3+0x20"),
          ...ofQueue("task_queue_oldest_age_seconds", "0+60x60"),
        },
        fires: [{ ...old, says: "30m 0s" }],
        silent: ["TaskQueueStuck"],
      },
      {
        title: "work that nobody counts, and an oldest task that changes",
        series: { ...waiting("3+0x60"), ...ofQueue("task_queue_oldest_age_seconds", "0+60x20 0+60x20") },
        silent: ["TaskQueueStuck"],
      },
      {
        title: "work that nobody counts, without ages",
        series: waiting("3+0x60"),
        silent: ["TaskQueueStuck"],
      },
    ]),
  ],
};
