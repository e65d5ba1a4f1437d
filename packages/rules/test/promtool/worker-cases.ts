import { besideEachOther, GROWING, ofQueue, outcomes, process, type RuleSuite, target, waiting } from "./rule-case.ts";

const labels = { queue: "gpu" };
const loop = (values: string, instance: string): Record<string, string> => ({
  [`nodejs_eventloop_delay_p99{${target(instance)}}`]: values,
});

/** A queue that fails, has a backlog, and a host that is busy. */
const overloaded = (failed: number, length: number, cpu: number): Record<string, string> => ({
  ...outcomes(`0+${200 - failed}x60`, `0+${failed}x60`),
  ...ofQueue("task_queue_length", `${length}+0x60`),
  [`system_cpu_percent{pid="1", ${target("a")}}`]: `${cpu}+0x60`,
  [`system_cpu_percent{pid="2", ${target("b")}}`]: "10+0x60",
});
const failing = { alert: "TaskFailureRatioHigh", labels: { task: "train", queue: "gpu" }, says: "5.5%" };

/** Workers and their machines. */
export const workerSuite: RuleSuite = {
  name: "workers",
  cases: [
    besideEachOther("queues with and without workers", [
      {
        title: "work, and no heartbeat",
        series: { ...waiting("4+0x60"), ...ofQueue("task_workers", "0+0x60") },
        fires: [{ alert: "TaskWorkersGone", labels, says: "4" }],
      },
      {
        title: "work, and slots that went away with their processes before",
        series: {
          ...waiting("0+0x20 4+0x60"),
          ...ofQueue("task_concurrency", "2+0x9 stale", "b"),
          ...ofQueue("task_concurrency", "2+0x9 0+0x60", "c"),
        },
        fires: [{ alert: "TaskWorkersGone", labels, says: "4" }],
      },
      {
        title: "workers that are scaled to none on an empty queue",
        series: {
          ...waiting("0+0x60"),
          ...ofQueue("task_workers", "0+0x60"),
          ...ofQueue("task_concurrency", "2+0x9 stale", "b"),
        },
        silent: ["TaskWorkersGone"],
      },
      {
        title: "workers that are replaced one after the other",
        series: {
          ...waiting("4+0x60"),
          ...outcomes("0+9x26 stale", "0+0x26 stale", "b"),
          ...outcomes("_x28 0+9x26", "_x28 0+0x26", "c"),
          ...ofQueue("task_concurrency", "2+0x26 stale", "b"),
          ...ofQueue("task_concurrency", "_x28 2+0x30", "c"),
        },
        silent: ["TaskWorkersGone", "TaskQueueStuck", "TaskTargetDown"],
        values: { "queue:task_concurrency:sum": 2 },
      },
      {
        title: "work of workers that nobody watches",
        series: waiting("4+0x60"),
        silent: ["TaskWorkersGone"],
      },
      {
        title: "busy slots and a queue that grows",
        series: {
          ...ofQueue("task_queue_length", GROWING),
          ...ofQueue("task_active", "3+0x60"),
          ...ofQueue("task_active", "1+0x60", "b"),
          ...ofQueue("task_concurrency", "3+0x60"),
          ...ofQueue("task_concurrency", "1+0x60", "b"),
        },
        fires: [
          { alert: "TaskQueueGrowing", labels, says: "150" },
          { alert: "TaskSlotsExhausted", labels, says: "100%" },
        ],
        values: { "queue:task_saturation:ratio": 1, "queue:task_active:sum": 4, "queue:task_running:max": 4 },
      },
      {
        title: "a queue that grows beside free slots",
        series: {
          ...ofQueue("task_queue_length", GROWING),
          ...ofQueue("task_active", "94+0x60"),
          ...ofQueue("task_concurrency", "100+0x60"),
        },
        fires: [{ alert: "TaskQueueGrowing", labels, says: "150" }],
        silent: ["TaskSlotsExhausted"],
        values: { "queue:task_saturation:ratio": 0.94 },
      },
      {
        title: "busy slots and a queue that does not grow",
        series: {
          ...ofQueue("task_queue_length", "300+0x60"),
          ...ofQueue("task_active", "4+0x60"),
          ...ofQueue("task_concurrency", "4+0x60"),
        },
        silent: ["TaskSlotsExhausted"],
      },
    ]),
    {
      title: "failures, a backlog and a busy host",
      series: overloaded(11, 1001, 86),
      fires: [failing, { alert: "TaskWorkersOverloaded", labels, says: "5.5%" }],
    },
    {
      title: "failures and an old backlog, and a busy host",
      series: { ...overloaded(11, 3, 86), ...ofQueue("task_queue_oldest_age_seconds", "601+0x60") },
      fires: [
        failing,
        { alert: "TaskQueueOldestTaskTooOld", labels, says: "10m 1s" },
        { alert: "TaskWorkersOverloaded", labels, says: "5.5%" },
      ],
    },
    {
      title: "failures and a backlog, and hosts with time",
      series: overloaded(11, 1001, 85),
      fires: [failing],
      silent: ["TaskWorkersOverloaded"],
    },
    {
      title: "failures and a busy host, and a backlog of exactly the limit",
      series: overloaded(11, 1000, 99),
      fires: [failing],
      silent: ["TaskWorkersOverloaded"],
    },
    {
      title: "a backlog and a busy host",
      series: overloaded(10, 1001, 99),
      silent: ["TaskWorkersOverloaded"],
    },
    {
      title: "an event loop that is blocked",
      series: { ...process("b"), ...loop("0.6+0x60", "b"), ...loop("0.01+0x60", "a") },
      fires: [{ alert: "TaskWorkerEventLoopBlocked", labels: { job: "worker", instance: "b" }, says: "600ms" }],
    },
    {
      title: "an event loop at the limit, and a blocked one of another program",
      series: { ...loop("0.5+0x60", "a"), ...loop("9+0x60", "b") },
      silent: ["TaskWorkerEventLoopBlocked"],
    },
  ],
};
