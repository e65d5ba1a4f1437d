import type { QueueCause, QueueVerdict } from "./queue-verdict.ts";

/** Why a verdict applies. */
export interface Finding {
  /** The verdict. */
  readonly verdict: QueueVerdict;
  /** The same as one word. */
  readonly cause: QueueCause;
  /** The decisive observation, a sentence without a final stop. */
  readonly because: string;
  /** What to do next, as a sentence. */
  readonly next: string;
  /** The alert that says the same; absent where none does. */
  readonly alert?: string;
}
