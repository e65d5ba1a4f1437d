/**
 * What the dashboards show of OpenTelemetry's Node.js instrumentation, by its own names. A store that adds units to names appends the second form. These are no
 * metrics of the contract; nothing else names them here.
 */
export const EVENT_LOOP_DELAY_P99: readonly string[] = [
  "nodejs_eventloop_delay_p99",
  "nodejs_eventloop_delay_p99_seconds",
];
