import type { BrokerVerdict, QueueObservation, QueueVerdict } from "@taskvitals/rules";

/** What `doctor` found. */
export interface DoctorReport {
  /** `healthy` where everything is, and everything that was to be asked answered; `attention` otherwise. */
  readonly result: "healthy" | "attention";
  /** The worst first. */
  readonly brokers: readonly BrokerReport[];
  /** The worst first. */
  readonly queues: readonly QueueReport[];
  /** Alerts that fire; absent without a Prometheus. */
  readonly alerts?: readonly AlertReport[] | undefined;
  /** Time that was watched, in seconds; 0 for one look. What Prometheus knew was not watched. */
  readonly watchedSeconds: number;
  /** What was to be asked and did not answer. */
  readonly unreachable: readonly Unreachable[];
  /** What could not be known, a sentence each. */
  readonly unknown: readonly string[];
}

/** What a queue is like. */
export interface QueueReport {
  /** The `queue` label. */
  readonly queue: string;
  readonly verdict: QueueVerdict;
  /** What was seen, the decisive one first. */
  readonly evidence: readonly string[];
  /** What to do next; absent for a healthy queue. */
  readonly next?: string | undefined;
  /** The alert that says the same. */
  readonly alert?: string | undefined;
  /** Where its runbook is. */
  readonly runbook?: string | undefined;
  /** The numbers that the verdict rests on; what is not known is absent. */
  readonly seen: QueueObservation;
}

/** What a broker is like. */
export interface BrokerReport {
  /** The `broker` label. */
  readonly broker: string;
  /** Where it is, without credentials; absent where that is not known. */
  readonly address?: string | undefined;
  readonly verdict: BrokerVerdict;
  readonly evidence: readonly string[];
  readonly next?: string | undefined;
  readonly alert?: string | undefined;
  readonly runbook?: string | undefined;
}

/** An alert that fires. */
export interface AlertReport {
  readonly alert: string;
  readonly severity?: string | undefined;
  /** What it is about: queue, task, broker and the like. */
  readonly labels: Readonly<Record<string, string>>;
  /** Since when its condition holds, where Prometheus says. */
  readonly since?: string | undefined;
}

/** Something that did not answer. */
export interface Unreachable {
  /** Its URL, without credentials. */
  readonly source: string;
  readonly why: string;
}
