export { contract, UNKNOWN_VALUE } from "@taskvitals/core";
export type { AlertDefinition } from "./alert.ts";
export { alerts } from "./alerts/alerts.ts";
export { durationText } from "./duration-text.ts";
export { CounterRises, type Rises } from "./observation/counter-rises.ts";
export { parseExposition } from "./observation/exposition-text.ts";
export { type InstantFacts, instantFacts, isEvidence, type QueueFacts } from "./observation/instant-facts.ts";
export {
  filledIn,
  isDecided,
  type JudgedQueue,
  judgeWatched,
  judgeWindows,
  type WindowedObservations,
} from "./observation/judged-queue.ts";
export { type Look, latest } from "./observation/look.ts";
export { observeBroker } from "./observation/observe-broker.ts";
export { observeQueue, observeUnattributed, oddReadings } from "./observation/observe-queue.ts";
export { unreadableText } from "./observation/reading-failure.ts";
export type { Sample } from "./observation/sample.ts";
export { judgeUnattributed } from "./observation/unattributed-tasks.ts";
export { WatchHistory } from "./observation/watch-history.ts";
export { type RecordingRule, recordingRules } from "./recording-rules.ts";
export { risen } from "./risen.ts";
export {
  OPERATIONS_DASHBOARD_UID,
  type PrometheusRule,
  type PrometheusRuleGroup,
  RUNBOOK_URL,
  type RuleOptions,
  ruleGroups,
} from "./rule-groups.ts";
export { RuleQueries, type RuleScope, type SubjectMatcher } from "./rule-scope.ts";
export type { ThresholdDefinition, ThresholdScope, ThresholdUnit } from "./threshold.ts";
export {
  SEVERITIES,
  type Severity,
  type SomeThresholds,
  type ThresholdSettings,
  type ThresholdSubject,
  thresholdNames,
  thresholdsFor,
} from "./threshold-settings.ts";
export { defaultThresholds, type ThresholdName, type ThresholdValues, thresholds } from "./thresholds.ts";
export {
  BROKER_VERDICTS,
  type BrokerJudgement,
  type BrokerObservation,
  type BrokerVerdict,
  judgeBroker,
} from "./verdict/judge-broker.ts";
export { judgeQueue } from "./verdict/judge-queue.ts";
export type { QueueObservation, TaskOutcomes } from "./verdict/queue-observation.ts";
export { QUEUE_VERDICTS, type QueueCause, type QueueJudgement, type QueueVerdict } from "./verdict/queue-verdict.ts";
