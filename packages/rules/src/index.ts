export { contract, UNKNOWN_VALUE } from "@taskvitals/core";
export type { AlertDefinition } from "./alert.ts";
export { alerts } from "./alerts/alerts.ts";
export { durationText } from "./duration-text.ts";
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
export { QUEUE_VERDICTS, type QueueJudgement, type QueueVerdict } from "./verdict/queue-verdict.ts";
