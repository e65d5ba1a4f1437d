import type { Counter } from "@opentelemetry/api";
import type { ProblemListener, ProblemOperation } from "@taskvitals/core";
import type { Logger } from "./logger.ts";

const MAX_REMEMBERED = 200;

/** Counts failures inside taskvitals, and warns once per cause. */
export interface ProblemLog {
  /** Counts one failure; warns when this message is new. Never throws. */
  readonly report: ProblemListener;
  /** Counts one failure that was warned of elsewhere. Never throws. */
  count(operation: ProblemOperation): void;
  /** Warns about something that is not a failure, once per text. Never throws. */
  warn(message: string): void;
  /** Gives the log its counter; what was reported before is added to it. */
  countWith(counter: Counter): void;
}

/** Creates the log of one SDK instance. */
export function createProblemLog(logger: Logger): ProblemLog {
  const seen = new Set<string>();
  const early = new Map<ProblemOperation, number>();
  let counter: Counter | undefined;

  const warn = (message: string): void => {
    // Bounded: a cause that varies without end must not fill memory or the log.
    if (seen.has(message) || seen.size >= MAX_REMEMBERED) return;
    seen.add(message);
    try {
      logger.warn(`taskvitals: ${message}`);
    } catch {
      // A logger that throws has nobody left to tell.
    }
  };
  const count = (operation: ProblemOperation): void => {
    if (counter === undefined) early.set(operation, (early.get(operation) ?? 0) + 1);
    else counter.add(1, { operation });
  };
  return {
    report: (operation, message) => {
      count(operation);
      warn(message);
    },
    count,
    warn,
    countWith: (given) => {
      counter = given;
      for (const [operation, count] of early) counter.add(count, { operation });
      early.clear();
    },
  };
}
