import type { Meter } from "@opentelemetry/api";
import { observeTaskEvents, type ProblemListener, type TaskEventSource } from "@taskvitals/core";

/** Reports about readers of task events, such as `observeCeleryEvents` of `@taskvitals/redis`. */
export interface TaskEvents {
  /**
   * Reports the source's workers, its last event and what it missed, until the function that is returned is called. Beside a meter provider of the
   * caller's that has no metric producer, nothing is reported.
   */
  add(source: TaskEventSource): () => void;
  /** Takes what a reader cannot read: it is counted, and warned of once per message. */
  readonly onProblem: ProblemListener;
}

/** Creates the reports; without gauges where there is no meter for them. */
export function createTaskEvents(observables: Meter | undefined, onProblem: ProblemListener): TaskEvents {
  const sources = new Set<TaskEventSource>();
  let observed = false;
  return {
    onProblem,
    add(source) {
      sources.add(source);
      // Only where there are events: without them the gauges would be empty.
      if (!observed && observables !== undefined) observeTaskEvents({ observables, sources: () => sources });
      observed = true;
      return () => void sources.delete(source);
    },
  };
}
