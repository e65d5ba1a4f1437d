export type {
  QueueReader,
  QueueReading,
  StartOptions,
  TaskFunction,
  TaskOptions,
  TaskOutcome,
  TaskRecorder,
  TaskRun,
  TaskSlots,
} from "@taskvitals/core";
export { type FinishedTask, TaskVitalsError, type TaskVitalsErrorCode } from "@taskvitals/core";
export type { CounterOptions, LayoutName, QueueOptions, RedisClientLike } from "@taskvitals/redis";
export type {
  AuthenticationOptions,
  BasicCredentials,
  ClientCertificates,
  EndpointLimits,
  EndpointOptions,
  EndpointTls,
  FetchHandler,
  FetchInput,
  LivePageOptions,
  NodeHandler,
  NodeRequest,
  NodeResponse,
  TlsVersion,
} from "./endpoint/index.ts";
export type { Logger } from "./logger.ts";
export type { OtlpOptions, OtlpTlsOptions } from "./options/otlp-options.ts";
export type {
  BucketOptions,
  DeclaredTask,
  ExpositionName,
  TaskVitalsOptions,
} from "./options/task-vitals-options.ts";
export type { PromClientMetric, PromClientRegistry } from "./prom-client/prom-client-registry.ts";
export type { Queues } from "./queue-registry.ts";
export type { SharedTotalsOptions, SharedTotalsStore } from "./shared-totals/shared-totals-options.ts";
export { startTaskVitals } from "./start-task-vitals.ts";
export type { TaskEvents } from "./task-events.ts";
export type { TaskTotals } from "./task-totals.ts";
export type { TaskVitals } from "./task-vitals.ts";
export { createMetricProducer, type TaskVitalsMetricProducer } from "./telemetry/metric-producer.ts";
