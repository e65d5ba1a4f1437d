export { type BoundCounter, type BoundHistogram, bindCounter, bindHistogram } from "./bound-instrument.ts";
export { resolveBuckets } from "./buckets.ts";
export {
  COLLECTION_BUCKETS_SECONDS,
  type ContractKey,
  type CounterDefinition,
  contract,
  DURATION_BUCKETS_SECONDS,
  type GaugeDefinition,
  type HistogramDefinition,
  type InstrumentDefinition,
  type InstrumentKind,
  type LabelName,
  type ObservableCounterDefinition,
  OTHER_VALUE,
  UNKNOWN_VALUE,
  WAIT_BUCKETS_SECONDS,
} from "./contract.ts";
export { errorType } from "./error-type.ts";
export { createCounter, createHistogram, createObservableCounter, createObservableGauge } from "./instruments.ts";
export { describeValue, type InvalidOption, invalidOption } from "./invalid-option.ts";
export { labelValue, MAX_LABEL_LENGTH } from "./label-value.ts";
export { LoopShare } from "./loop-share.ts";
export type { QueueActivity } from "./open-runs.ts";
export type { ProblemListener, ProblemOperation } from "./problem.ts";
export { createQueueObserver, type QueueObserver, type QueueObserverOptions } from "./queue-observer.ts";
export type {
  BrokerHealth,
  BrokerReading,
  QueueReader,
  QueueReadFailure,
  QueueReading,
  ReadFailureReason,
  ReadProblem,
  TotalKind,
  TotalReading,
} from "./queue-reader.ts";
export type { BaseLimits } from "./shared-totals/base-slot.ts";
export { MemorySlotStore } from "./shared-totals/memory-slot-store.ts";
export {
  exactSum,
  type Slot,
  type SlotInstrument,
  type SlotInstrumentKind,
  type SlotLabels,
  type SlotSeries,
  type SlotShape,
  type SlotVersion,
  slotSeries,
} from "./shared-totals/slot.ts";
export { type EncodedSlot, SlotCodec } from "./shared-totals/slot-codec.ts";
export { type BaseRecord, SLOT_FORMAT } from "./shared-totals/slot-header.ts";
export {
  BASE_ID,
  newSlotId,
  type PutAnswer,
  type PutSlot,
  type ReplaceBase,
  type SlotEntry,
  type SlotStore,
  SlotStoreError,
  type StoreListing,
} from "./shared-totals/slot-store.ts";
export { type SharedSeries, type SharedTotals, SlotSum } from "./shared-totals/slot-sum.ts";
export { SlotWriter, type SlotWriterOptions } from "./shared-totals/slot-writer.ts";
export { TotalsExposer, type TotalsExposerOptions } from "./shared-totals/totals-exposer.ts";
export { observeTaskActivity, type TaskActivitySource } from "./task-activity.ts";
export { observeTaskEvents, type TaskEventObserverOptions, type TaskEventSource } from "./task-event-observer.ts";
export {
  createTaskRecorder,
  type FinishedTask,
  type StartOptions,
  type TaskOptions,
  type TaskRecorder,
  type TaskRecorderHandle,
  type TaskRecorderOptions,
} from "./task-recorder.ts";
export type { TaskOutcome, TaskRun } from "./task-run.ts";
export type { TaskSlotCount, TaskSlots } from "./task-slots.ts";
export { TASK_STATES, type TaskState } from "./task-state.ts";
export { TaskVitalsError, type TaskVitalsErrorCode } from "./task-vitals-error.ts";
export { type TaskFunction, wrapTask } from "./wrap-task.ts";
