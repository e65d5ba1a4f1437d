import type { Sample } from "@taskvitals/rules";

/** What two exporters can be asked alike. */
export type Question = "ready" | "active" | "workers" | "success" | "failure" | "retry";

/** How a question is asked. */
export interface QuestionDefinition {
  /** A counter says how many there were since it began, a gauge how many there are. */
  readonly kind: "counter" | "gauge";
  /** What is counted, in words that "of task x" may follow. */
  readonly words: string;
}

/** Every question, in the order in which reports have them. */
export const questions: Readonly<Record<Question, QuestionDefinition>> = {
  ready: { kind: "gauge", words: "ready tasks" },
  active: { kind: "gauge", words: "running tasks" },
  workers: { kind: "gauge", words: "workers" },
  success: { kind: "counter", words: "successes" },
  failure: { kind: "counter", words: "failures" },
  retry: { kind: "counter", words: "retries" },
};

/** What a page says to one question. */
export interface Measure {
  readonly question: Question;
  /** The task; absent where the exporter does not tell tasks apart there. */
  readonly task?: string | undefined;
  /** The queue; absent where it does not tell queues apart there. */
  readonly queue?: string | undefined;
  readonly value: number;
}

/** The metrics of one exporter, as far as they answer a question that ours answer as well. */
export interface Dialect {
  /** How the exporter is called. */
  readonly name: string;
  /** Names of its metrics that are read; one of them on a page tells that it speaks this dialect. */
  readonly metrics: readonly string[];
  /** What is to be known of an answer, by question: told beside a difference. */
  readonly notes?: Readonly<Partial<Record<Question, string>>>;
  /** Whether the page has much that is no queue: what it alone has is not told then. */
  readonly isWider?: true;
  /**
   * Reads what samples of {@link metrics} say. Several measures of one subject are added up.
   *
   * @param ourQueues - queues that our page has, for exporters that do not say where a name is one
   */
  measures(samples: readonly Sample[], ourQueues: ReadonlySet<string>): readonly Measure[];
}
