/** The kinds of instrument that the contract uses. */
export type InstrumentKind = "counter" | "histogram" | "observable-gauge" | "observable-counter";

/** The names of the labels that metrics may carry. No other label appears on a metric of taskvitals. */
export type LabelName =
  | "task"
  | "queue"
  | "pid"
  | "error_type"
  | "state"
  | "broker"
  | "reason"
  | "operation"
  | "instrument";

/** One instrument of the contract. */
export interface InstrumentDefinition {
  /** Name on `/metrics` and in OTLP; the two are the same. */
  readonly name: string;
  /** What kind of instrument it is; never changed by an option. */
  readonly kind: InstrumentKind;
  /** Whether values are whole numbers. */
  readonly valueType: "int" | "double";
  /** UCUM unit. Chosen so that a Collector appends no suffix to the name. */
  readonly unit: string;
  /** Labels of every series, in the order in which documentation shows them. */
  readonly labels: readonly LabelName[];
  /** Meaning, as one sentence without a final stop; the `HELP` line. */
  readonly description: string;
  /** `platform`: the name is fixed by the reference platform. `extended`: what it lacks and its users need. */
  readonly section: "platform" | "extended";
}

/** A counter of the contract. */
export type CounterDefinition = InstrumentDefinition & { readonly kind: "counter" };

/** A counter of the contract whose total is read at each collection. */
export type ObservableCounterDefinition = InstrumentDefinition & { readonly kind: "observable-counter" };

/** A histogram of the contract. */
export type HistogramDefinition = InstrumentDefinition & { readonly kind: "histogram" };

/** An observable gauge of the contract. */
export type GaugeDefinition = InstrumentDefinition & { readonly kind: "observable-gauge" };

/**
 * Every instrument of taskvitals. The recorder, the queue observer, the documentation, the dashboards, the rules and the
 * tests derive from this table; nothing else spells a metric name.
 */
export const contract = {
  taskSuccess: {
    name: "task_success_total",
    kind: "counter",
    valueType: "int",
    unit: "{task}",
    labels: ["task", "queue"],
    description: "Tasks that ended in success",
    section: "platform",
  } as CounterDefinition,
  taskFailure: {
    name: "task_failure_total",
    kind: "counter",
    valueType: "int",
    unit: "{task}",
    labels: ["task", "queue"],
    description: "Tasks that ended in failure for good, with no attempt left",
    section: "platform",
  } as CounterDefinition,
  queueLength: {
    name: "task_queue_length",
    kind: "observable-gauge",
    valueType: "int",
    unit: "{task}",
    labels: ["queue"],
    description: "Tasks ready to run and not yet taken",
    section: "platform",
  } as GaugeDefinition,
  taskDuration: {
    name: "task_duration_seconds",
    kind: "histogram",
    valueType: "double",
    unit: "s",
    labels: ["task", "queue"],
    description: "Run time of every finished attempt that ended its task, in success or in failure",
    section: "platform",
  } as HistogramDefinition,
  cpuPercent: {
    name: "system_cpu_percent",
    kind: "observable-gauge",
    valueType: "double",
    unit: "%",
    labels: ["pid"],
    description: "CPU in use on the host or container over the last sampling window, from 0 to 100",
    section: "platform",
  } as GaugeDefinition,
  memoryGigabytes: {
    name: "system_memory_usage_gigabytes",
    kind: "observable-gauge",
    valueType: "double",
    unit: "GBy",
    labels: ["pid"],
    description: "Resident memory of the process, in units of 1024^3 bytes",
    section: "platform",
  } as GaugeDefinition,
  taskRetry: {
    name: "task_retry_total",
    kind: "counter",
    valueType: "int",
    unit: "{task}",
    labels: ["task", "queue"],
    description: "Attempts that failed and will be tried again",
    section: "extended",
  } as CounterDefinition,
  taskWait: {
    name: "task_wait_seconds",
    kind: "histogram",
    valueType: "double",
    unit: "s",
    labels: ["task", "queue"],
    description: "Time from ready to started, of first attempts, without deliberate delay",
    section: "extended",
  } as HistogramDefinition,
  taskError: {
    name: "task_error_total",
    kind: "counter",
    valueType: "int",
    unit: "{task}",
    labels: ["task", "queue", "error_type"],
    description: "Failed tasks by class of error",
    section: "extended",
  } as CounterDefinition,
  taskStalled: {
    name: "task_stalled_total",
    kind: "counter",
    valueType: "int",
    unit: "{task}",
    labels: ["queue"],
    description: "Tasks whose worker lost them",
    section: "extended",
  } as CounterDefinition,
  taskActive: {
    name: "task_active",
    kind: "observable-gauge",
    valueType: "int",
    unit: "{task}",
    labels: ["queue"],
    description: "Tasks running now in this process, or in the workers that it watches",
    section: "extended",
  } as GaugeDefinition,
  taskConcurrency: {
    name: "task_concurrency",
    kind: "observable-gauge",
    valueType: "int",
    unit: "{task}",
    labels: ["queue"],
    description: "Task slots of this process, or of the workers that it watches",
    section: "extended",
  } as GaugeDefinition,
  oldestActive: {
    name: "task_oldest_active_seconds",
    kind: "observable-gauge",
    valueType: "double",
    unit: "s",
    labels: ["queue"],
    description: "Run time so far of the longest-running task, 0 while none runs",
    section: "extended",
  } as GaugeDefinition,
  queueTasks: {
    name: "task_queue_tasks",
    kind: "observable-gauge",
    valueType: "int",
    unit: "{task}",
    labels: ["queue", "state"],
    description: "Tasks of the queue by state",
    section: "extended",
  } as GaugeDefinition,
  queueOldestAge: {
    name: "task_queue_oldest_age_seconds",
    kind: "observable-gauge",
    valueType: "double",
    unit: "s",
    labels: ["queue"],
    description: "How long the oldest ready task has been ready, 0 while none is",
    section: "extended",
  } as GaugeDefinition,
  queuePaused: {
    name: "task_queue_paused",
    kind: "observable-gauge",
    valueType: "int",
    unit: "{queue}",
    labels: ["queue"],
    description: "1 while the queue is paused",
    section: "extended",
  } as GaugeDefinition,
  workers: {
    name: "task_workers",
    kind: "observable-gauge",
    valueType: "int",
    unit: "{worker}",
    labels: ["queue"],
    description: "Workers of the queue that are alive by heartbeat",
    section: "extended",
  } as GaugeDefinition,
  queueReadTimestamp: {
    name: "task_queue_read_timestamp_seconds",
    kind: "observable-gauge",
    valueType: "double",
    unit: "s",
    labels: ["queue"],
    description: "Unix time of the last successful reading of the queue",
    section: "extended",
  } as GaugeDefinition,
  queueReadError: {
    name: "task_queue_read_error_total",
    kind: "counter",
    valueType: "int",
    unit: "{error}",
    labels: ["queue", "reason"],
    description: "Readings of the queue that failed or did not find it",
    section: "extended",
  } as CounterDefinition,
  eventsTimestamp: {
    name: "task_events_timestamp_seconds",
    kind: "observable-gauge",
    valueType: "double",
    unit: "s",
    labels: ["broker"],
    description: "Unix time of the last task event that was read",
    section: "extended",
  } as GaugeDefinition,
  eventsMissed: {
    name: "task_events_missed_total",
    kind: "counter",
    valueType: "int",
    unit: "{event}",
    labels: ["broker"],
    description: "Task events that are known to have been missed",
    section: "extended",
  } as CounterDefinition,
  brokerUp: {
    name: "task_broker_up",
    kind: "observable-gauge",
    valueType: "int",
    unit: "{broker}",
    labels: ["broker"],
    description: "1 when the last ping of the broker was answered in time",
    section: "extended",
  } as GaugeDefinition,
  brokerPing: {
    name: "task_broker_ping_seconds",
    kind: "observable-gauge",
    valueType: "double",
    unit: "s",
    labels: ["broker"],
    description: "Round trip of that ping",
    section: "extended",
  } as GaugeDefinition,
  brokerMemory: {
    name: "task_broker_memory_bytes",
    kind: "observable-gauge",
    valueType: "int",
    unit: "By",
    labels: ["broker"],
    description: "Memory that the broker uses",
    section: "extended",
  } as GaugeDefinition,
  brokerMemoryLimit: {
    name: "task_broker_memory_limit_bytes",
    kind: "observable-gauge",
    valueType: "int",
    unit: "By",
    labels: ["broker"],
    description: "Limit of that memory, absent when there is none",
    section: "extended",
  } as GaugeDefinition,
  brokerUnacked: {
    name: "task_broker_unacked",
    kind: "observable-gauge",
    valueType: "int",
    unit: "{task}",
    labels: ["broker"],
    description: "Tasks delivered and not acknowledged, where the framework keeps that per database",
    section: "extended",
  } as GaugeDefinition,
  processes: {
    name: "taskvitals_processes",
    kind: "observable-gauge",
    valueType: "int",
    unit: "{process}",
    labels: [],
    description: "Processes that are alive and share their totals",
    section: "extended",
  } as GaugeDefinition,
  series: {
    name: "taskvitals_series",
    kind: "observable-gauge",
    valueType: "int",
    unit: "{series}",
    labels: ["instrument"],
    description: "Live label sets of the instrument",
    section: "extended",
  } as GaugeDefinition,
  seriesOverflow: {
    name: "taskvitals_series_overflow_total",
    kind: "observable-counter",
    valueType: "int",
    unit: "{series}",
    labels: ["instrument"],
    description: "Times that the limit of the instrument refused a new label set",
    section: "extended",
  } as ObservableCounterDefinition,
  sdkError: {
    name: "taskvitals_error_total",
    kind: "counter",
    valueType: "int",
    unit: "{error}",
    labels: ["operation"],
    description: "Failures inside taskvitals itself, none of which reached the application",
    section: "extended",
  } as CounterDefinition,
  exportLost: {
    name: "taskvitals_export_lost_total",
    kind: "counter",
    valueType: "int",
    unit: "{data_point}",
    labels: ["reason"],
    description: "Data points of pushes over OTLP that the receiver is not known to have taken",
    section: "extended",
  } as CounterDefinition,
  collectionSeconds: {
    name: "taskvitals_collection_seconds",
    kind: "histogram",
    valueType: "double",
    unit: "s",
    labels: [],
    description: "Time to build one page of metrics",
    section: "extended",
  } as HistogramDefinition,
} as const;

/** Key of an instrument in {@link contract}. */
export type ContractKey = keyof typeof contract;

/**
 * Default upper bounds of the duration histogram, in seconds: wide enough for a 5 ms job and a six-hour fine-tuning run, and
 * a superset of the reference platform's.
 */
export const DURATION_BUCKETS_SECONDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 21600,
];

/** Default upper bounds of the wait histogram, in seconds: from a job that is taken at once to one that waits for six hours. */
export const WAIT_BUCKETS_SECONDS: readonly number[] = [...DURATION_BUCKETS_SECONDS];

/** Bounds of the histogram of page build times, in seconds. */
export const COLLECTION_BUCKETS_SECONDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
];

/** Label value of a queue that cannot be known, and of a name that is empty or unusable. */
export const UNKNOWN_VALUE = "_UNKNOWN";

/** Label value that collects what a cap refused to name. */
export const OTHER_VALUE = "_OTHER";
