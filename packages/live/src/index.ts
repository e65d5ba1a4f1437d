export { liveDocument } from "./document.generated.ts";
export type { CurveSubject } from "./live-curves.ts";
export type { LiveDocument } from "./live-document.ts";
export { LiveFeed, type LiveFeedOptions, type LiveListener, MAX_LISTENERS } from "./live-feed.ts";
export { HISTORY_SECONDS, TICK_SECONDS } from "./live-history.ts";
export type { HistogramSample, LiveReading } from "./live-reading.ts";
export {
  type BrokerRow,
  type CountedRow,
  type Doubt,
  LIVE_PATHS,
  type LiveAbout,
  type LiveAnswers,
  type LiveChange,
  type LiveHistory,
  type LiveQueueVerdict,
  type LiveState,
  PLATFORM_CURVES,
  type ProcessRow,
  QUEUE_CURVES,
  type QueueRow,
  type ScaleAnswer,
  TASK_CURVES,
  type TaskRow,
} from "./live-state.ts";
