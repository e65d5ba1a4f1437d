/**
 * Receives failures inside taskvitals; implementations count each and warn once per cause. `message` is one line for a log, free of
 * credentials and payloads, and the same text for the same cause.
 */
export type ProblemListener = (operation: ProblemOperation, message: string) => void;

/** The values of the `operation` label of the counter of failures inside taskvitals. */
export type ProblemOperation =
  | "record"
  | "declare"
  | "read_queue"
  | "read_events"
  | "lease"
  | "keep_totals"
  | "shared_totals"
  | "observe_worker"
  | "observe"
  | "collect"
  | "expose"
  | "prom_client"
  | "export"
  | "shutdown";
